-- Taking ghost text, whole or in part, dismissing it, and asking for more of it.
--
-- Showing it is Neovim's own vim.lsp.inline_completion. It leaves six things
-- to us. While one types, it goes on showing what was offered before, at each
-- key a character less, whether that was the character typed or not: what no
-- longer agrees, or is typed to its end, is dismissed here. It replaces what stood there when it asked,
-- so that what was typed since then would stay behind, doubled: the place is
-- brought up to date here. It takes all or nothing: the rest of what was taken
-- in part is shown again at once, so that the key may be pressed again at
-- once. And it never asks as Invoked, to which alone a server gives several
-- suggestions. Behind a bracket it shows ghost text in the colours of the
-- bracket's match. And it asks only when insert mode is entered or something is
-- typed: who is there before the server is, or before it has read the
-- repository, would wait for nothing.
--
-- Invariants: text goes into the buffer only where what was typed agrees with
-- the suggestion; a key that has nothing to take returns false and changes
-- nothing. Neovim's Completor is touched in `dismiss_contradicted`, `show_in_own_colours`,
-- `present`, `ask_anew`, `select` and `ask_for_who_waits` alone, by what answers to a request,
-- entering and leaving insert mode go through anyway; without it (a later Neovim may
-- have renamed it) only those do nothing.

local M = {}

local METHOD = 'textDocument/inlineCompletion'
local INVOKED = 1
local NAMESPACE = vim.api.nvim_create_namespace('nvim.lsp.inline_completion')
local BESIDE_MESSAGE = 12 -- columns that 'showcmd' may take

-- Where the cursor stood when the question was put that was answered last, by client.
local answered = {} ---@type table<integer, integer[]>

---@class hunch.Place where a suggestion goes: `text` replaces the bytes [column, last) of the row
---@field text string what is not typed yet
---@field row integer
---@field column integer the cursor's
---@field last integer

-- nil if what was typed since does not agree with the suggestion, or is all of it.
---@return hunch.Place?
local function place_of(item)
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  row = row - 1
  if not item.range then
    return { text = item.insert_text, row = row, column = column, last = column }
  end
  local start_row, start, _, last = item.range:to_extmark()
  local asked_row, asked_column = unpack(answered[item.client_id] or { row + 1, column })
  if start_row ~= row or asked_row ~= row + 1 or start > column then
    return nil
  end
  local line = vim.api.nvim_get_current_line()
  local typed = line:sub(start + 1, column)
  if item.insert_text == typed or not vim.startswith(item.insert_text, typed) then
    return nil
  end
  last = math.min(math.max(last + column - asked_column, column), #line)
  return { text = item.insert_text:sub(#typed + 1), row = row, column = column, last = last }
end

local function completor_of(bufnr)
  local found, capability = pcall(require, 'vim.lsp._capability')
  local kind = found and capability.all and capability.all.inline_completion
  return kind and kind.active and kind.active[bufnr]
end

-- Whether Neovim's own handler of this key comes before or after, nothing is shown in the end.
local function dismiss_contradicted()
  local bufnr = vim.api.nvim_get_current_buf()
  local completor = completor_of(bufnr)
  local item = completor and completor.current
  local is_ours = item and answered[item.client_id] and type(item.insert_text) == 'string'
  if is_ours and not place_of(item) then
    completor.current = nil
    vim.api.nvim_buf_clear_namespace(bufnr, NAMESPACE, 0, -1)
  end
end

local BRACKET = '[()%[%]{}]'

-- Neovim draws it in the colours of the character before it as well: behind a bracket those of its match.
local function draw_in_own_colours(bufnr)
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(bufnr, NAMESPACE, 0, -1, { details = true })) do
    local id, row, column, drawn = unpack(mark)
    local line = vim.api.nvim_buf_get_lines(bufnr, row, row + 1, true)[1]
    if line:sub(column, column):find(BRACKET) then
      vim.api.nvim_buf_set_extmark(bufnr, NAMESPACE, row, column, {
        id = id,
        virt_text = drawn.virt_text,
        virt_lines = drawn.virt_lines,
        virt_text_pos = drawn.virt_text_pos,
        hl_mode = 'replace',
      })
    end
  end
end

-- Before the first answer: each one is shown with it, and so is what remains of it at each key.
local function show_in_own_colours(bufnr)
  local completor = completor_of(bufnr)
  if completor and rawget(completor, 'show') == nil then
    completor.show = function(self, ...)
      getmetatable(self).__index.show(self, ...)
      pcall(draw_in_own_colours, bufnr)
    end
  end
end

local function is_shown()
  return #vim.api.nvim_buf_get_extmarks(0, NAMESPACE, 0, -1, { limit = 1 }) > 0
end

---Asks as if insert mode were entered now, if it is and nothing is shown.
function M.ask_for_who_waits()
  local completor = completor_of(vim.api.nvim_get_current_buf())
  local is_waiting = vim.startswith(vim.api.nvim_get_mode().mode, 'i') and not is_shown()
  if is_waiting and completor and completor.automatic_request then
    completor:automatic_request()
  end
end

-- Neovim schedules its Completor behind this; what is scheduled then comes after it.
local function ask_once_attached(event)
  local client = vim.lsp.get_client_by_id(event.data.client_id)
  if client and client.name == 'hunch' then
    vim.schedule(function()
      vim.schedule(M.ask_for_who_waits)
    end)
  end
end

---Dismisses what typing on contradicts, asks for who was there first, and notes for each answer where its question was
---put; a cancelled question has no answer.
---@param client vim.lsp.Client
function M.follow(client)
  local request = client.request
  client.request = function(self, method, params, handler, bufnr)
    if method ~= METHOD or not handler then
      return request(self, method, params, handler, bufnr)
    end
    pcall(show_in_own_colours, bufnr)
    local cursor = vim.api.nvim_win_get_cursor(0)
    return request(self, method, params, function(err, result, context)
      answered[client.id] = result and cursor or answered[client.id]
      handler(err, result, context)
      pcall(dismiss_contradicted) -- the answer may be late
    end, bufnr)
  end
  local group = vim.api.nvim_create_augroup('hunch.suggestion', {}) -- one for all clients
  vim.api.nvim_create_autocmd({ 'CursorMovedI', 'TextChangedP' }, {
    group = group,
    callback = function()
      pcall(dismiss_contradicted)
    end,
  })
  vim.api.nvim_create_autocmd('LspAttach', {
    group = group,
    callback = ask_once_attached,
  })
end

-- How much of what stands right of the cursor gives way where only `rest` is left of a suggestion: all before the longest end
-- of it that `rest` still says, in the same order.
local function given_way(covered, rest)
  local at, from = #covered, #rest
  while at > 0 and from > 0 do
    at = covered:byte(at) == rest:byte(from) and at - 1 or at
    from = from - 1
  end
  while covered:find('^[\128-\191]', at + 1) do -- of a character whole
    at = at + 1
  end
  return at
end

-- Puts `text` at the place and the cursor behind it; returns the place of what comes next.
---@param place hunch.Place
---@return hunch.Place
local function insert(place, text)
  local covered = vim.api.nvim_get_current_line():sub(place.column + 1, place.last)
  local rest = place.text:sub(#text + 1)
  -- Brackets right of the cursor that the suggestion repeats give way when it comes to them.
  local given = given_way(covered, rest)
  local lines = vim.split(text, '\n')
  vim.cmd('let &g:undolevels = &g:undolevels') -- so that an undo takes back this alone, see :help undo-break
  vim.api.nvim_buf_set_text(0, place.row, place.column, place.row, place.column + given, lines)
  local column = (#lines == 1 and place.column or 0) + #lines[#lines]
  local row = place.row + #lines - 1
  vim.api.nvim_win_set_cursor(0, { row + 1, column })
  return { text = rest, row = row, column = column, last = column + #covered - given }
end

-- Has Neovim show `place` as if the server had just answered so.
---@param place hunch.Place
local function present(place, item)
  local bufnr = vim.api.nvim_get_current_buf()
  local client = vim.lsp.get_client_by_id(item.client_id)
  local completor = completor_of(bufnr)
  if not client or not completor or not completor.handler then
    return
  end
  local line = vim.api.nvim_get_current_line()
  local function position(byte)
    return { line = place.row, character = vim.str_utfindex(line, client.offset_encoding, byte) }
  end
  local range = { start = position(place.column), ['end'] = position(place.last) }
  local rest = { insertText = place.text, range = range, command = item.command }
  answered[item.client_id] = { place.row + 1, place.column }
  completor:handler(nil, { items = { rest } }, { client_id = item.client_id, bufnr = bufnr, method = METHOD })
end

local TAKING = 500 -- milliseconds that Neovim may need to come to what is accepted; it takes one or two
local is_taking = false

-- Takes the head of the ghost text that the first matching pattern finds. While keys wait to be read, as those of a
-- macro, nobody has looked yet whether it still agrees.
---@param patterns string[]
---@return boolean whether there was ghost text to take
local function accept(patterns)
  pcall(dismiss_contradicted)
  is_taking = vim.lsp.inline_completion.get({
    on_accept = function(item)
      if type(item.insert_text) ~= 'string' then
        return item -- another server's snippet
      end
      local place = place_of(item)
      if not place then
        return nil
      end
      local head
      for _, pattern in ipairs(patterns) do
        head = head or place.text:match(pattern)
      end
      local rest = insert(place, head or place.text)
      if rest.text ~= '' then
        present(rest, item)
      elseif item.command then
        local client = vim.lsp.get_client_by_id(item.client_id)
        if client then
          client:exec_cmd(item.command, { bufnr = vim.api.nvim_get_current_buf() })
        end
      end
    end,
  })
  if is_taking then
    vim.schedule(function()
      is_taking = false
    end)
  end
  return is_taking
end

---Neovim takes what is accepted a moment later: before the next key is read, this waits for it.
function M.settle()
  vim.wait(TAKING, function()
    return not is_taking
  end, 1)
end

---@return boolean
function M.accept()
  return accept({})
end

---@return boolean
function M.accept_word()
  return accept({ '^%s*[%w_\128-\255]+', '^%s*[^%s%w_\128-\255]+' })
end

---@return boolean
function M.accept_line()
  return accept({ '^[^\n]+', '^\n[^\n]*' })
end

---@param bufnr integer
---@param on_answer fun()
---@return boolean whether a server of ours can be asked
local function ask_anew(bufnr, on_answer)
  local client = vim.lsp.get_clients({ bufnr = bufnr, name = 'hunch' })[1]
  local completor = completor_of(bufnr)
  if not client or not completor or not completor.handler then
    return false
  end
  if completor.reset_timer then
    completor:reset_timer() -- the question that waits there would bring a single suggestion
  end
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  params.context = { triggerKind = INVOKED }
  client:request(METHOD, params, function(...)
    if completor_of(bufnr) == completor and completor.client_state[client.id] then
      completor:handler(...)
      on_answer()
    end
  end, bufnr)
  return true
end

---What is longer than its line would make Neovim ask for a key before it goes on.
---@param text string
---@return string
local function fit_line(text)
  local room = vim.o.columns - BESIDE_MESSAGE
  if vim.fn.strdisplaywidth(text) <= room then
    return text
  end
  return vim.fn.strcharpart(text, 0, room - 1) .. '…'
end

-- The person asked and sees nothing: the reason belongs on the screen.
local function tell_silence()
  local silence = require('hunch').status().silence
  if not is_shown() and silence and silence ~= '' then
    vim.api.nvim_echo({ { fit_line('Hunch: ' .. silence) } }, false, {})
  end
end

---Asks for suggestions now.
---@return boolean whether somebody was asked
function M.trigger()
  return ask_anew(vim.api.nvim_get_current_buf(), tell_silence)
end

-- What was asked automatically brought one suggestion at most; then they are asked for first.
---@param count integer
---@return boolean whether there was ghost text
local function select(count)
  if not is_shown() then
    return false
  end
  vim.schedule(function()
    local bufnr = vim.api.nvim_get_current_buf()
    local completor = completor_of(bufnr)
    local function show()
      vim.lsp.inline_completion.select({ bufnr = bufnr, count = count })
    end
    local has_several = not completor or completor:count_items() > 1
    if has_several or not ask_anew(bufnr, show) then
      show()
    end
  end)
  return true
end

---@return boolean
function M.next()
  return select(1)
end

---@return boolean
function M.previous()
  return select(-1)
end

return M
