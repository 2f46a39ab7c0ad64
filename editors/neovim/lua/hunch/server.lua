-- The program behind the ghost text: where it is, and that it comes back.
--
-- Neovim starts the server and reports its end; nothing in it brings one back.
-- A server that crashes is started again for the buffers that it served; the
-- fifth time within three minutes it stays away and the person is told why. One
-- that never came up is told of at once: it would not the next time either.
--
-- Neovim is told of a plain end, whatever it was: its own warning is so long
-- that it stops whoever types, for a server that is back before it is read.
--
-- Invariants: nothing is started while Neovim quits, nor for an end that was
-- asked for; a missing program is told of once, not for every file; a buffer
-- that was served never is without a client, see `hold`.

local M = {}

local CRASHES, MINUTES = 5, 3
local STOP_PATIENCE = 2000 -- milliseconds that a server has to end by itself

---@class hunch.End
---@field code integer
---@field signal integer

local ends = {} ---@type table<vim.lsp.rpc.PublicClient, hunch.End>
local crashes = {} ---@type integer[] when, in seconds
local restarting = {} ---@type table<integer, boolean> by the old client's id
local held = {} ---@type { id: integer, served: hunch.Served }[]
local told_missing = false

---@return string[] the program and its arguments
function M.command()
  local setting = vim.g.hunch_command or 'hunch'
  local command = type(setting) == 'table' and vim.deepcopy(setting) or { setting }
  command[1] = vim.fs.normalize(command[1])
  if #command == 1 then
    table.insert(command, 'lsp')
  end
  return command
end

---@return string? why the program cannot be started, nil if it can
function M.trouble()
  local program = M.command()[1]
  if vim.fn.executable(program) == 1 then
    return nil
  end
  if program:find('/', 1, true) then
    return ('the program %s was not found'):format(program)
  end
  return ("the program '%s' was not found on PATH"):format(program)
end

---@return boolean whether the program can be started; if not, the person has been told
function M.is_there()
  local trouble = M.trouble()
  if trouble and not told_missing then
    told_missing = true
    vim.schedule(function()
      local way_out = 'Build it with script/run and name it in vim.g.hunch_command; see :checkhealth hunch'
      vim.notify(('Hunch: %s.\n%s'):format(trouble, way_out), vim.log.levels.ERROR)
    end)
  end
  return trouble == nil
end

-- What the server writes to stderr goes to Neovim's LSP log; its last line there is the best cause there is.
local log_start = (vim.uv.fs_stat(vim.lsp.log.get_filename()) or { size = 0 }).size

local function last_words()
  local file = io.open(vim.lsp.log.get_filename())
  if not file then
    return nil
  end
  file:seek('set', log_start)
  local words
  for line in file:lines() do
    words = line:match('\t"stderr"\t[\'"](.*)[\'"]$') or words
  end
  file:close()
  return words and vim.trim((words:gsub('\\n', '\n'))):match('[^\n]*$')
end

---@class hunch.Served what a server that ended had served
---@field root_dir? string
---@field buffers integer[]

---@param id integer?
---@param served hunch.Served
local function attach(id, served)
  for _, bufnr in ipairs(served.buffers) do
    if id and vim.api.nvim_buf_is_loaded(bufnr) then
      vim.lsp.buf_attach_client(bufnr, id)
    end
  end
end

-- Neovim stops following a buffer that changes while it has no client, and does not begin again when it has
-- one: that server would complete an old text. A client that never comes up keeps the buffers followed.
---@param served hunch.Served
local function hold(served)
  local closing = false
  local function cmd(dispatchers)
    return {
      request = function()
        return true, 1 -- never answered
      end,
      notify = function()
        return true
      end,
      is_closing = function()
        return closing
      end,
      terminate = function()
        closing = true
        dispatchers.on_exit(0, 0)
      end,
    }
  end
  local config = { name = 'hunch-stopped', cmd = cmd, root_dir = served.root_dir }
  local id = vim.lsp.start(config, { attach = false })
  attach(id, served)
  table.insert(held, { id = id, served = served })
end

---@param served hunch.Served
local function start(served)
  if vim.v.exiting ~= vim.NIL or not vim.lsp.is_enabled('hunch') then
    return
  elseif not M.is_there() then
    hold(served)
    return
  end
  local config = vim.deepcopy(vim.lsp.config.hunch)
  config.root_dir = served.root_dir
  attach(vim.lsp.start(config, { attach = false }), served)
end

---@param served hunch.Served
local function give_up(served, what, cause)
  hold(served)
  local words = last_words()
  vim.notify(
    ('Hunch: the server %s (%s%s).\n`:Hunch restart` tries again, `:Hunch log` may say more'):format(
      what,
      cause,
      words and ': ' .. words or ''
    ),
    vim.log.levels.ERROR
  )
end

---@param served hunch.Served
local function come_back(served, cause)
  local now = os.time()
  table.insert(crashes, now)
  crashes = vim.tbl_filter(function(time)
    return now - time <= MINUTES * 60
  end, crashes)
  if #crashes >= CRASHES then
    crashes = {}
    give_up(served, ('crashed %d times in %d minutes'):format(CRASHES, MINUTES), cause)
    return
  end
  vim.notify(('Hunch: the server crashed (%s) and starts again'):format(cause), vim.log.levels.WARN)
  start(served)
end

---@param dispatchers vim.lsp.rpc.Dispatchers
---@param config vim.lsp.ClientConfig
---@return vim.lsp.rpc.PublicClient
function M.spawn(dispatchers, config)
  local rpc ---@type vim.lsp.rpc.PublicClient
  local on_exit = dispatchers.on_exit
  dispatchers.on_exit = function(code, signal)
    ends[rpc] = { code = code, signal = signal }
    on_exit(0, 0)
  end
  local extra = { cwd = config.cmd_cwd, env = config.cmd_env, detached = config.detached }
  rpc = vim.lsp.rpc.start(M.command(), dispatchers, extra)
  return rpc
end

-- Neovim has one URI for all buffers without a name; the server hears of each by one of its own, which it keeps until
-- it is saved. Then it is attached anew: to give such a buffer a name, Neovim drops the autocommands that followed it.
---@param client vim.lsp.Client
function M.name_new_buffers(client)
  local nameless = vim.uri_from_fname('')
  local is_new = {} ---@type table<integer, boolean?> by buffer
  local request, notify = client.request, client.notify
  local function named(params, bufnr)
    local document = params and params.textDocument
    local number = bufnr ~= 0 and bufnr or vim.api.nvim_get_current_buf()
    if not document or not is_new[number] then
      return params
    end
    local own = vim.tbl_extend('force', document, { uri = 'untitled:' .. number })
    return vim.tbl_extend('force', params, { textDocument = own })
  end
  client.request = function(self, method, params, handler, bufnr)
    return request(self, method, named(params, bufnr), handler, bufnr)
  end
  client.notify = function(self, method, params, bufnr)
    if method == 'textDocument/didOpen' and bufnr then
      is_new[bufnr] = params.textDocument.uri == nameless or nil
    end
    local sent = notify(self, method, named(params, bufnr), bufnr)
    if method == 'textDocument/didClose' and bufnr then
      is_new[bufnr] = nil
    end
    return sent
  end
  vim.api.nvim_create_autocmd('BufWritePost', {
    group = vim.api.nvim_create_augroup('hunch.new.' .. client.id, {}),
    callback = function(event)
      if is_new[event.buf] and vim.api.nvim_buf_get_name(event.buf) ~= '' then
        vim.lsp.buf_detach_client(event.buf, client.id)
        vim.lsp.buf_attach_client(event.buf, client.id)
      end
      return client:is_stopped() -- true ends it
    end,
  })
end

---@param served hunch.Served
---@param how hunch.End
local function after_end(served, how, was_up)
  local crashed = how.code ~= 0 or (how.signal ~= 0 and how.signal ~= 15)
  if not crashed or vim.v.exiting ~= vim.NIL then
    return
  end
  local cause = how.signal ~= 0 and 'signal ' .. how.signal or 'exit code ' .. how.code
  if was_up then
    come_back(served, cause)
  else
    give_up(served, 'did not start', cause)
  end
end

---Comes in the middle of anything, before Neovim detaches the buffers.
---@param id integer the client's
function M.on_exit(id)
  local client = assert(vim.lsp.get_client_by_id(id))
  local how = ends[client.rpc] or { code = 0, signal = 0 }
  local served = { root_dir = client.root_dir, buffers = vim.tbl_keys(client.attached_buffers) }
  local was_up, asked_for = client.initialized, restarting[id]
  ends[client.rpc] = nil
  restarting[id] = nil
  vim.schedule(function()
    require('hunch').set_status(nil, id)
    if asked_for then
      start(served)
    else
      after_end(served, how, was_up)
    end
  end)
end

local function release_held()
  local released = held
  held = {}
  for _, one in ipairs(released) do
    start(one.served)
    local holder = vim.lsp.get_client_by_id(one.id)
    if holder then
      holder:stop()
    end
  end
end

---Ends every server and starts it again; starts one where none runs.
function M.restart()
  crashes = {}
  told_missing = false
  local clients = vim.lsp.get_clients({ name = 'hunch' })
  if #clients == 0 and #held == 0 then
    vim.lsp.enable('hunch')
  end
  for _, client in ipairs(clients) do
    restarting[client.id] = true
    client:stop(STOP_PATIENCE)
  end
  release_held()
end

return M
