-- What the test of Neovim reads in the live editor, and two things that it puts in the way: a clock (Test.measure)
-- and a server that says what a test wants (Test.offer). Test.run is called through the socket and answers in JSON.

_G.Test = { answered = 0 }
vim.api.nvim_create_autocmd('LspRequest', { callback = function(event)
  local request = event.data.request
  if request.method == 'textDocument/inlineCompletion' and request.type == 'complete' then
    Test.answered = vim.b[request.bufnr].changedtick
  end
end })
function Test.run(code)
  local ok, result = pcall(assert(load(code)))
  return vim.json.encode({ ok = ok, result = ok and result or not ok and tostring(result) or nil })
end
local function rows_of(mark)
  return vim.list_extend({ mark[4].virt_text or {} }, mark[4].virt_lines or {})
end
function Test.ghost()
  local namespace = vim.api.nvim_get_namespaces()['nvim.lsp.inline_completion']
  local rows = {}
  local marks = namespace and vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true })
  for _, mark in ipairs(marks or {}) do
    for _, row in ipairs(rows_of(mark)) do
      local text = ''
      for _, piece in ipairs(row) do
        text = text .. (piece[2] == 'ComplHint' and piece[1] or '')
      end
      table.insert(rows, text)
    end
  end
  local column = vim.api.nvim_win_get_cursor(0)[2]
  return { text = table.concat(rows, '\n'), left = vim.api.nvim_get_current_line():sub(1, column) }
end
function Test.float()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.w[window].hunch then
      return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, true), '\n')
    end
  end
end
-- From now until `Test.offer()` no question reaches the server: the first is answered with `text`, to replace
-- the next `covered` characters of the line as well; no other is answered. If `is_held`, the answer waits until
-- `Test.say()`. False while a question is open.
function Test.offer(text, covered, is_held)
  local client = vim.lsp.get_clients({ bufnr = 0, name = 'hunch' })[1]
  for _, request in pairs(client.requests) do
    if request.method == 'textDocument/inlineCompletion' then
      return false
    end
  end
  Test.request, Test.say = Test.request or client.rpc.request, nil
  local is_open = true
  client.rpc.request = text and function(method, params, callback, ...)
    if method ~= 'textDocument/inlineCompletion' then
      return Test.request(method, params, callback, ...)
    end
    if is_open then
      is_open = false
      local here = params.position
      local last = { line = here.line, character = here.character + (covered or 0) }
      local item = { insertText = text, range = { start = here, ['end'] = last } }
      Test.say = function()
        callback(nil, { items = { item } }, 0)
      end
      if not is_held then
        vim.schedule(Test.say)
      end
    end
    return true
  end or Test.request
  return true
end
-- From the moment a key is typed to the moment ghost text stands in the buffer.
function Test.measure()
  local namespace = vim.api.nvim_create_namespace('nvim.lsp.inline_completion')
  local set_extmark = vim.api.nvim_buf_set_extmark
  vim.on_key(function(_, typed)
    if typed ~= '' then
      Test.key_at, Test.ghost_at = vim.uv.hrtime(), nil
    end
  end, namespace)
  vim.api.nvim_buf_set_extmark = function(bufnr, space, ...)
    if space == namespace then
      Test.ghost_at = Test.ghost_at or vim.uv.hrtime()
    end
    return set_extmark(bufnr, space, ...)
  end
  Test.stop_measuring = function()
    vim.on_key(nil, namespace)
    vim.api.nvim_buf_set_extmark = set_extmark
  end
end
