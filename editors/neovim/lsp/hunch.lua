---@brief
---
--- Hunch, a code-completion language server, reads the whole
--- repository and answers with ghost text. Neovim 0.12 has the client built in;
--- this file only says how to start the server.
---
--- `vim.g.hunch_command` (a string or a list) names the program when it is not
--- `hunch` on PATH; set it before `vim.lsp.enable('hunch')`.

local command = vim.g.hunch_command or 'hunch'
command = type(command) == 'table' and vim.deepcopy(command) or { command }
if #command == 1 then
  table.insert(command, 'lsp')
end

---@type vim.lsp.Config
return {
  cmd = command,
  root_markers = { { '.git', '.hg', '.svn', '.jj', '.hunchignore' } },
  -- Every filetype, but only real files: a buffer without a name or of another
  -- scheme (fugitive://, oil://) has nothing to index. For the others Neovim
  -- goes on and looks for root_markers.
  root_dir = function(bufnr, on_dir)
    local name = vim.api.nvim_buf_get_name(bufnr)
    if name ~= '' and vim.bo[bufnr].buftype == '' and not name:match('^%a[%w+.-]+://') then
      on_dir()
    end
  end,
  handlers = {
    ['hunch/status'] = function(_, status)
      require('hunch').set_status(status)
    end,
  },
}
