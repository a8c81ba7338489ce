-- Runs scripts as Argo CD does: with the base and table libraries of Lua 5.1, and of os only the time.
-- Reads a Lua file (its first argument) that returns a list of { script, object }; prints one JSON value for each.
local base = {}
for _, name in ipairs({ "assert", "error", "getmetatable", "ipairs", "next", "pairs", "pcall", "rawequal", "rawget",
  "rawset", "select", "setmetatable", "tonumber", "tostring", "type", "xpcall" }) do
  base[name] = _G[name]
end
base.unpack = table.unpack
base.table = { concat = table.concat, insert = table.insert, remove = table.remove, sort = table.sort }

local quote = { ['"'] = '\\"', ["\\"] = "\\\\" }
local format, gsub, byte = string.format, string.gsub, string.byte

local function quoted(text)
  return '"' .. gsub(text, '[%c"\\]', function(c)
    return quote[c] or format("\\u%04x", byte(c))
  end) .. '"'
end

local function encode(value)
  if type(value) == "string" then
    return quoted(value)
  end
  if type(value) ~= "table" then
    return tostring(value)
  end
  local parts = {}
  if #value > 0 then
    for i, item in ipairs(value) do
      parts[i] = encode(item)
    end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  for key, item in pairs(value) do
    table.insert(parts, quoted(tostring(key)) .. ":" .. encode(item))
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

local cases = dofile(arg[1])
-- Texts have no methods where there is no string library.
getmetatable("").__index = nil
for _, case in ipairs(cases) do
  local environment = setmetatable({ obj = case[2] }, { __index = base })
  environment.require = function(name)
    assert(name == "os", "only os can be required")
    return { time = os.time, date = os.date }
  end
  local chunk, problem = load(case[1], "script", "t", environment)
  local ran, result = pcall(chunk or function()
    error(problem)
  end)
  print(encode(ran and result or { error = tostring(result) }))
end
