-- :checkhealth hunch
local server = require('hunch.server')

local M = {}

local function check_program()
  local trouble = server.trouble()
  if trouble then
    vim.health.error(trouble, {
      "build it with script/run, then name it in your init.lua: vim.g.hunch_command = '/path/to/hunch'",
    })
    return
  end
  local path = vim.fn.exepath(server.command()[1])
  local ok, process = pcall(vim.system, { path, '--version' }, { text = true, timeout = 5000 })
  local result = ok and process:wait() or { code = -1 }
  if result.code ~= 0 then
    vim.health.error(('%s --version failed'):format(path), { 'is vim.g.hunch_command the right program?' })
    return
  end
  vim.health.ok(('%s (%s)'):format(path, vim.trim(result.stdout)))
end

local function check_clients()
  local clients = vim.lsp.get_clients({ name = 'hunch' })
  if #clients == 0 then
    vim.health.info('no server is running; open a file of a project')
  end
  for _, client in ipairs(clients) do
    if client.root_dir then
      vim.health.ok(('running for %s'):format(client.root_dir))
    else
      vim.health.warn('running for single files: no repository is above them, only the open file is known', {
        'make it one with `git init`, or put an empty .hunchignore file into its top folder',
      })
    end
  end
  local status = require('hunch').status()
  if status.message and status.message ~= '' then
    local is_trouble = status.state == 'warning' or status.state == 'error'
    local report = is_trouble and vim.health.warn or vim.health.info
    report(status.message)
  end
end

-- For those who enabled the server by themselves.
local function check_ghost_text()
  for _, client in ipairs(vim.lsp.get_clients({ name = 'hunch' })) do
    for bufnr in pairs(client.attached_buffers) do
      if not vim.lsp.inline_completion.is_enabled({ bufnr = bufnr, client_id = client.id }) then
        local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(bufnr), ':~:.')
        local advice = { 'call vim.lsp.inline_completion.enable()' }
        vim.health.warn('Neovim shows no ghost text in ' .. name, advice)
      end
    end
  end
end

function M.check()
  vim.health.start('hunch')
  if vim.fn.has('nvim-0.12') == 0 then
    local this = 'this is ' .. tostring(vim.version())
    vim.health.error('Neovim 0.12 or newer is needed for ghost text', { this })
    return
  end
  vim.health.ok('Neovim ' .. tostring(vim.version()))
  check_program()
  if not vim.lsp.is_enabled('hunch') then
    vim.health.warn('not enabled', { "call require('hunch').setup() in your init.lua" })
    return
  end
  vim.health.ok('enabled')
  check_clients()
  check_ghost_text()
end

return M
