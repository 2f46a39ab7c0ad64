-- :checkhealth hunch
local M = {}

local function check_program(command)
  local program = command[1]
  local path = vim.fn.exepath(program)
  if path == '' then
    vim.health.error(('%s is not on PATH'):format(program), {
      "build it with script/run, then set vim.g.hunch_command = '/path/to/hunch' before setup()",
    })
    return
  end
  local ok, process = pcall(vim.system, { path, '--version' }, { text = true, timeout = 5000 })
  local result = ok and process:wait() or { code = -1 }
  if result.code ~= 0 then
    vim.health.error(('%s --version failed'):format(path))
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
      vim.health.warn('running for single files: no repository is above them, so only the open file is known', {
        'make it one with `git init`, or put an empty .hunchignore file into its top folder',
      })
    end
  end
  local status = require('hunch').status()
  if status.message and status.message ~= '' then
    local report = (status.state == 'warning' or status.state == 'error') and vim.health.warn or vim.health.info
    report(status.message)
  end
end

function M.check()
  vim.health.start('hunch')
  if vim.fn.has('nvim-0.12') == 0 then
    vim.health.error('Neovim 0.12 or newer is needed for ghost text', { 'this is ' .. tostring(vim.version()) })
    return
  end
  vim.health.ok('Neovim ' .. tostring(vim.version()))
  check_program(vim.lsp.config.hunch.cmd)
  if vim.lsp.is_enabled('hunch') then
    vim.health.ok('enabled')
    check_clients()
  else
    vim.health.warn('not enabled', { "call require('hunch').setup() in your init.lua" })
  end
end

return M
