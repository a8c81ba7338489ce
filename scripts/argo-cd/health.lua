-- How well an object of Sluice is, for Argo CD: Progressing, Healthy, Degraded or Suspended, and why.
-- Argo CD runs this as Lua 5.1 without the string library.
-- What heals as soon as somebody adds another object is Suspended: a Degraded one would fail a sync that is to add it.
local absent = {
  MissingDefinition = true,
  MissingMetric = true,
  MissingTemplate = true,
  MissingProvider = true,
}

local function text(value, otherwise)
  if type(value) == "string" and value ~= "" then
    return value
  end
  return otherwise
end

local function tableOf(value)
  if type(value) == "table" then
    return value
  end
  return {}
end

local metadata = tableOf(obj.metadata)
local spec = tableOf(obj.spec)
local status = tableOf(obj.status)

local function condition(wanted)
  for _, one in ipairs(tableOf(status.conditions)) do
    if type(one) == "table" and one.type == wanted then
      return one
    end
  end
  return {}
end

local ready = condition("Ready")
local stalled = condition("Stalled")
-- A version, task or evaluation says how it stands in one word; Keptn's objects say nothing else.
local state = text(status.status, text(status.overallStatus, ""))

local function health(code, message)
  return { status = code, message = message }
end

local function passed()
  local message = text(ready.message, "has succeeded")
  local warnings = {}
  for _, name in ipairs({
    "preDeploymentStatus",
    "preDeploymentEvaluationStatus",
    "postDeploymentStatus",
    "postDeploymentEvaluationStatus",
    "promotionStatus",
  }) do
    if status[name] == "Warning" then
      table.insert(warnings, name)
    end
  end
  if #warnings > 0 then
    message = message .. "; with failed checks that are only a warning: " .. table.concat(warnings, ", ")
  end
  return health("Healthy", message)
end

local function where()
  local phase = text(status.currentPhase, "")
  if phase == "" then
    return "waits to begin"
  end
  return "is in phase " .. phase
end

-- What will not change any more, whatever generation it was seen at.
local function ended()
  if state == "Succeeded" then
    return passed()
  end
  if state == "Warning" then
    return health("Healthy", text(ready.message, "has failed, which is only a warning here"))
  end
  if state == "Failed" then
    return health("Degraded", text(ready.message, text(status.message, "has failed; it " .. where())))
  end
  if state == "Deprecated" then
    return health("Healthy", text(ready.message, "a newer version took the place of this one"))
  end
  return nil
end

local function unseen()
  local seen = tonumber(ready.observedGeneration)
  local generation = tonumber(metadata.generation)
  return seen ~= nil and generation ~= nil and seen < generation
end

local function judged()
  local message = text(ready.message, text(stalled.message, where()))
  if unseen() then
    return health("Progressing", "waits for Sluice to see its last change")
  end
  if ready.status == "True" then
    return health("Healthy", message)
  end
  if ready.status == "False" or stalled.status == "True" then
    if absent[text(ready.reason, text(stalled.reason, ""))] then
      return health("Suspended", message)
    end
    return health("Degraded", message)
  end
  if ready.status ~= nil then
    return health("Progressing", message)
  end
  return nil
end

local function analysed()
  if obj.kind ~= "Analysis" or status.state ~= "Completed" then
    return nil
  end
  local message = text(status.message, text(ready.message, "is completed"))
  if status.pass == true or status.warning == true then
    return health("Healthy", message)
  end
  return health("Degraded", message)
end

-- Without conditions: apps, workloads, and objects that Keptn wrote.
local function plain()
  if obj.kind == "KeptnApp" or obj.kind == "KeptnWorkload" then
    local version = text(spec.version, "")
    if status.currentVersion == version then
      return health("Healthy", "version " .. version .. " is the current one; its " .. obj.kind .. "Version says how it stands")
    end
    return health("Progressing", "waits for a " .. obj.kind .. "Version of version " .. version)
  end
  if next(status) == nil then
    return health("Progressing", "waits for Sluice to look at it")
  end
  return health("Progressing", where())
end

if text(metadata.deletionTimestamp, "") ~= "" then
  return health("Progressing", "is being deleted")
end
return ended() or analysed() or judged() or plain()
