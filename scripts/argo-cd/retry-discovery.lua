-- Only what failed can run again.
local status = obj.status or {}
return { retry = { disabled = status.status ~= "Failed" } }
