-- What a user calls. Showing, cycling and accepting ghost text is Neovim's own
-- vim.lsp.inline_completion; deciding what to show is the server's. Left for us
-- are the keys, and to remember the last status for a statusline.

local M = {}

---@class hunch.Options
---@field accept? string|false takes the ghost text, else does what the key did before (default '<Tab>')
---@field accept_word? string|false takes its next word (default false)
---@field accept_line? string|false takes its next line (default false)
---@field next? string|false shows the next suggestion (default false)
---@field previous? string|false shows the previous suggestion (default false)

---@type hunch.Options
local defaults = { accept = '<Tab>', accept_word = false, accept_line = false, next = false, previous = false }

---@class hunch.Status
---@field state? string
---@field message? string
---@field model? string
---@field index? { files: integer, total: integer, ready: boolean }
local last_status = {}

---@param status hunch.Status the server's hunch/status notification
function M.set_status(status)
  last_status = status or {}
  vim.api.nvim_exec_autocmds('User', { pattern = 'HunchStatus', data = last_status })
end

---@return hunch.Status the last status of the server, empty before the first
function M.status()
  return last_status
end

---@param on? boolean
function M.enable(on)
  vim.lsp.enable('hunch', on ~= false)
  vim.lsp.inline_completion.enable(on ~= false)
end

-- What stands to the left of the cursor was typed; the rest is ghost text.
local function ghost_of(item)
  local text = type(item.insert_text) == 'string' and item.insert_text or ''
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  if item.range then
    local start_row, start_column = item.range:to_extmark()
    if start_row ~= row - 1 or start_column > column then
      return nil
    end
    local typed = vim.api.nvim_buf_get_text(0, start_row, start_column, start_row, column, {})[1]
    if not vim.startswith(text, typed) then
      return nil
    end
    text = text:sub(#typed + 1)
  end
  return text, row - 1, column
end

-- Takes the head of the ghost text that `pattern` matches; the server then
-- offers the remainder for the line as it stands.
local function accept_head(patterns)
  return vim.lsp.inline_completion.get({
    on_accept = function(item)
      local text, row, column = ghost_of(item)
      local head
      for _, pattern in ipairs(patterns) do
        head = head or (text and text:match(pattern))
      end
      if not head or head == text then
        return item
      end
      local lines = vim.split(head, '\n')
      vim.api.nvim_buf_set_text(0, row, column, row, column, lines)
      vim.api.nvim_win_set_cursor(0, { row + #lines, (#lines == 1 and column or 0) + #lines[#lines] })
    end,
  })
end

---@return boolean whether there was ghost text to take
function M.accept()
  return vim.lsp.inline_completion.get()
end

---@return boolean
function M.accept_word()
  return accept_head({ '^%s*[%w_\128-\255]+', '^%s*[^%s%w_]+' })
end

---@return boolean
function M.accept_line()
  return accept_head({ '^[^\n]+', '^\n[^\n]*' })
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
      return ''
    end
    return replay(before, key)
  end, { expr = true, desc = description })
end

-- select() has no result, and without ghost text the key must stay itself.
local function select_by(count)
  return function()
    local namespace = vim.api.nvim_get_namespaces()['nvim.lsp.inline_completion']
    if not namespace or #vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { limit = 1 }) == 0 then
      return false
    end
    vim.schedule(function()
      vim.lsp.inline_completion.select({ count = count })
    end)
    return true
  end
end

-- Neovim's own default has no colour on terminals without truecolor, where ghost text would look typed.
local function grey_ghost_text()
  if vim.api.nvim_get_hl(0, { name = 'ComplHint' }).link == 'NonText' then
    vim.api.nvim_set_hl(0, 'ComplHint', { fg = 'Gray', ctermfg = 'DarkGray', italic = true })
  end
end

---Switches the server and ghost text on and maps the keys.
---@param options? hunch.Options
function M.setup(options)
  if vim.fn.has('nvim-0.12') == 0 then
    vim.notify('hunch: ghost text needs Neovim 0.12 or newer', vim.log.levels.WARN)
    return
  end
  local keys = vim.tbl_extend('force', defaults, options or {})
  grey_ghost_text()
  map(keys.accept, 'Hunch: accept', M.accept)
  map(keys.accept_word, 'Hunch: accept a word', M.accept_word)
  map(keys.accept_line, 'Hunch: accept a line', M.accept_line)
  map(keys.next, 'Hunch: next suggestion', select_by(1))
  map(keys.previous, 'Hunch: previous suggestion', select_by(-1))
  M.enable()
end

return M
