-- What a person calls. Showing ghost text is Neovim's own
-- vim.lsp.inline_completion; deciding what to show, and saying why nothing is
-- shown, is the server's. Left for us are keys, commands and the statusline.
--
-- Switching off is a setting that the server is sent. Neovim's own
-- configuration of the server holds it, so that a server that is started later
-- has it as well; only what the person switched here is ever sent.

local server = require('hunch.server')
local suggestion = require('hunch.suggestion')

local M = {}

M.accept = suggestion.accept
M.accept_word = suggestion.accept_word
M.accept_line = suggestion.accept_line
M.trigger = suggestion.trigger
M.next = suggestion.next
M.previous = suggestion.previous
M.restart = server.restart

---@class hunch.Options each a key in insert mode, or false
---@field accept? string|false takes the ghost text, else does what the key did before (default '<Tab>')
---@field accept_word? string|false takes its next word (default false)
---@field accept_line? string|false takes its next line (default false)
---@field next? string|false shows the next suggestion (default false)
---@field previous? string|false shows the previous suggestion (default false)
---@field trigger? string|false asks for suggestions now (default false)

---@class hunch.Status what the server last said of itself, see docs/protocol.md
---@field state? 'starting'|'indexing'|'loading'|'ready'|'disabled'|'warning'|'error'
---@field message? string
---@field silence? string why the last suggestion asked for was not shown
---@field text? string all of it in lines for people
---@field model? string
---@field index? { files: integer, total: integer, ready: boolean }

local statuses = {} ---@type table<integer, hunch.Status> by client

---@param status hunch.Status?
local function has_read_all(status)
  return status and status.state ~= 'loading' and status.index and status.index.ready
end

---@param status hunch.Status? the server's hunch/status notification, nil when it has ended
---@param client_id integer
function M.set_status(status, client_id)
  local knows_more = has_read_all(status) and not has_read_all(statuses[client_id])
  statuses[client_id] = status
  vim.api.nvim_exec_autocmds('User', { pattern = 'HunchStatus', data = status or {} })
  vim.cmd.redrawstatus({ bang = true })
  if knows_more then
    suggestion.ask_for_who_waits()
  end
end

---@return vim.lsp.Client? the server of the current buffer
local function current_client()
  return vim.lsp.get_clients({ bufnr = 0, name = 'hunch' })[1]
end

---@return hunch.Status the last status of the current buffer's server (else of any), empty before the first
function M.status()
  local client = current_client()
  local _, any = next(statuses)
  return client and statuses[client.id] or any or {}
end

local function language_of(client)
  return client.get_language_id(vim.api.nvim_get_current_buf(), vim.bo.filetype)
end

local function setting(...)
  return vim.tbl_get(vim.lsp.config.hunch, 'settings', 'hunch', ...)
end

-- What was switched here counts at once; the server knows also what the person's own file says.
local function is_language_off(language, client)
  local here = setting('languages', language)
  if here ~= nil then
    return not here
  end
  local status = client and statuses[client.id] or {}
  return vim.list_contains(status.languagesOff or {}, language)
end

---@return string for 'statusline'; empty where no server is attached to the current buffer
function M.statusline()
  local client = current_client()
  if not client then
    return ''
  end
  local status = statuses[client.id] or { state = 'starting' }
  if status.state == 'disabled' or is_language_off(language_of(client), client) then
    return 'Hunch off'
  elseif status.state == 'warning' or status.state == 'error' then
    return 'Hunch !'
  elseif status.state == 'starting' or status.state == 'loading' then
    return 'Hunch ...'
  elseif status.state == 'indexing' then
    local index = status.index or {}
    local part = (index.total or 0) > 0 and index.files / index.total or 0
    return ('Hunch %d%%'):format(math.min(99, math.floor(100 * part)))
  end
  return 'Hunch'
end

-- What is shown would stay until the next key, and could still be accepted.
local function hide_ghost_text(client)
  for bufnr in pairs(client.attached_buffers) do
    local where = { bufnr = bufnr, client_id = client.id }
    if vim.lsp.inline_completion.is_enabled(where) then
      vim.lsp.inline_completion.enable(false, where)
      vim.lsp.inline_completion.enable(true, where)
    end
  end
end

-- For the servers that run and those that will.
local function change_settings(changes)
  changes = { hunch = changes }
  vim.lsp.config('hunch', { settings = changes })
  for _, client in ipairs(vim.lsp.get_clients({ name = 'hunch' })) do
    client.settings = vim.tbl_deep_extend('force', client.settings, changes)
    client:notify('workspace/didChangeConfiguration', { settings = client.settings })
    hide_ghost_text(client)
  end
  vim.cmd.redrawstatus({ bang = true })
end

local function is_off()
  local enabled = setting('enabled')
  if enabled ~= nil then
    return not enabled
  end
  return M.status().state == 'disabled' -- by the person's own file
end

local function start()
  if not vim.lsp.is_enabled('hunch') then
    vim.lsp.enable('hunch')
  end
  if not vim.lsp.inline_completion.is_enabled() then
    vim.lsp.inline_completion.enable()
  end
end

---Switches suggestions on (the default) or off, until Neovim ends.
---@param on? boolean
function M.enable(on)
  on = on ~= false
  if on then
    start()
  end
  if on == is_off() then
    change_settings({ enabled = on })
  end
end

---@return boolean whether suggestions are on now
function M.toggle()
  M.enable(is_off())
  return not is_off()
end

---Switches suggestions off for the filetype of the current buffer, or on again.
---@return boolean? whether they are on now, nil for a buffer without a filetype
---@return string? language
function M.toggle_language()
  local client = current_client()
  local language = client and language_of(client) or vim.bo.filetype
  if language == '' then
    return nil
  end
  local on = is_language_off(language, client)
  change_settings({ languages = { [language] = on } })
  return on, language
end

-- Plays what `key` meant before our mapping took it.
local function replay(before, key)
  if vim.tbl_isempty(before) then
    return key
  elseif before.expr == 1 then
    return before.callback and before.callback() or vim.api.nvim_eval(before.rhs)
  elseif before.callback then
    vim.schedule(before.callback)
    return ''
  end
  return before.rhs
end

local function map(key, description, action)
  if not key then
    return
  end
  local before = vim.fn.maparg(key, 'i', false, true)
  if before.desc == description then
    return -- setup() was called twice
  end
  vim.keymap.set('i', key, function()
    if action() then
      return '<Cmd>lua require("hunch.suggestion").settle()<CR>'
    end
    return replay(before, key)
  end, { expr = true, desc = description })
end

-- Neovim's own default has no colour on terminals without truecolor, where ghost text would look typed.
local function grey_ghost_text()
  if vim.api.nvim_get_hl(0, { name = 'ComplHint' }).link == 'NonText' then
    vim.api.nvim_set_hl(0, 'ComplHint', { fg = 'Gray', ctermfg = 'DarkGray', italic = true })
  end
end

local OPTIONS = { 'accept', 'accept_word', 'accept_line', 'next', 'previous', 'trigger' }

-- Those that can be used; the others are told.
local function usable(options)
  local keys = {}
  for name, key in pairs(options) do
    if not vim.list_contains(OPTIONS, name) then
      local all = table.concat(OPTIONS, ', ')
      vim.notify(('Hunch: setup() has no option %s; it has %s'):format(name, all), vim.log.levels.WARN)
    elseif key ~= false and type(key) ~= 'string' then
      local message = "Hunch: %s in setup() is %s; it must be a key, as in '<Tab>', or false"
      vim.notify(message:format(name, vim.inspect(key)), vim.log.levels.WARN)
    else
      keys[name] = key
    end
  end
  return keys
end

---Switches the server and ghost text on and maps the keys.
---@param options? hunch.Options
function M.setup(options)
  if vim.fn.has('nvim-0.12') == 0 then
    vim.notify('Hunch: ghost text needs Neovim 0.12 or newer', vim.log.levels.WARN)
    return
  end
  local keys = vim.tbl_extend('keep', usable(options or {}), { accept = '<Tab>' }) ---@type hunch.Options
  grey_ghost_text()
  map(keys.accept, 'Hunch: accept', M.accept)
  map(keys.accept_word, 'Hunch: accept a word', M.accept_word)
  map(keys.accept_line, 'Hunch: accept a line', M.accept_line)
  map(keys.next, 'Hunch: next suggestion', M.next)
  map(keys.previous, 'Hunch: previous suggestion', M.previous)
  map(keys.trigger, 'Hunch: ask for suggestions', M.trigger)
  start()
end

return M
