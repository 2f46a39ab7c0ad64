-- :Hunch. What `status` and `why` show is the server's text, word for word.
local M = {}

-- A window that `q` closes, as does moving away from it.
local function show(text)
  local lines = vim.split(text, '\n')
  local options = { border = 'rounded', title = ' Hunch ', focus_id = 'hunch', focus = false }
  local _, window = vim.lsp.util.open_floating_preview(lines, '', options)
  if vim.api.nvim_get_mode().mode == 'n' then
    vim.api.nvim_set_current_win(window)
  end
end

local function say(text, ...)
  vim.notify('Hunch: ' .. text:format(...), vim.log.levels.INFO)
end

-- Shows `text` of the server's answer to a request of ours.
local function show_answer(method, is_about_document)
  local bufnr = vim.w.hunch or vim.api.nvim_get_current_buf() -- asked in the window of an earlier answer
  local client = vim.lsp.get_clients({ bufnr = bufnr, name = 'hunch' })[1]
  if not client then
    show(
      require('hunch.server').trouble()
        or 'Hunch: no server for this buffer.\nIt serves files, and new buffers with a filetype; `:checkhealth hunch` says more.'
    )
    return
  end
  local document = vim.lsp.util.make_text_document_params(bufnr)
  local params = is_about_document and { textDocument = document } or nil
  client:request(method, params, function(err, result)
    show(result and (result.text or result.message) or 'Hunch: ' .. (err and err.message or 'no answer'))
  end, bufnr)
end

local words = {}

local function say_state(on)
  say(on and 'on' or 'off; `:Hunch on` switches it on again')
end

function words.on()
  require('hunch').enable(true)
  say_state(true)
end

function words.off()
  require('hunch').enable(false)
  say_state(false)
end

function words.toggle()
  say_state(require('hunch').toggle())
end

function words.language()
  local on, language = require('hunch').toggle_language()
  if on == nil then
    say('this buffer has no filetype')
  else
    say('%s for %s', on and 'on' or 'off', language)
  end
end

function words.status()
  show_answer('hunch/status', false)
end

function words.why()
  show_answer('hunch/why', true)
end

function words.restart()
  require('hunch').restart()
  say('the server starts again')
end

function words.log()
  local path = vim.lsp.log.get_filename()
  if not vim.uv.fs_stat(path) then
    say('nothing was logged yet to %s', path)
    return
  end
  vim.cmd.split()
  vim.cmd.view(vim.fn.fnameescape(path))
  vim.cmd.normal({ 'G', bang = true })
end

local ORDER = { 'on', 'off', 'toggle', 'language', 'status', 'why', 'restart', 'log' }

---@param lead string
---@return string[]
function M.complete(lead)
  return vim.tbl_filter(function(word)
    return vim.startswith(word, lead)
  end, ORDER)
end

---@param word string
function M.run(word)
  if vim.fn.has('nvim-0.12') == 0 then
    vim.notify('Hunch: ghost text needs Neovim 0.12 or newer', vim.log.levels.WARN)
    return
  end
  local action = words[word == '' and 'status' or word]
  if action then
    action()
  else
    local known = table.concat(ORDER, ' ')
    vim.notify(('Hunch: no such command: %s; these are: %s'):format(word, known), vim.log.levels.ERROR)
  end
end

return M
