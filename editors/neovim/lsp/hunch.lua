---@brief
---
--- Hunch, a code-completion language server, reads the whole
--- repository and answers with ghost text. Neovim 0.12 has the client built in;
--- this file only says how to start the server.
---
--- `vim.g.hunch_command` (a string or a list) names the program when it is not
--- `hunch` on PATH.

---@type vim.lsp.Config
return {
  -- A function, so that the program is looked for at each start, and that a
  -- missing one is ours to tell: Neovim would only write it to its log.
  cmd = function(dispatchers, config)
    return require('hunch.server').spawn(dispatchers, config)
  end,
  root_markers = { { '.git', '.hg', '.svn', '.jj', '.hunchignore' } },
  -- Every filetype, but only what is a file or may become one: a buffer of
  -- another scheme (fugitive://, oil://) has nothing to index. For the others
  -- Neovim goes on and looks for root_markers; above the current directory for
  -- a buffer without a name.
  root_dir = function(bufnr, on_dir)
    local name = vim.api.nvim_buf_get_name(bufnr)
    local is_file = vim.bo[bufnr].buftype == '' and not name:match('^%a[%w+.-]+://')
    if is_file and require('hunch.server').is_there() then
      on_dir()
    end
  end,
  handlers = {
    ['hunch/status'] = function(_, status, context)
      require('hunch').set_status(status, context.client_id)
    end,
  },
  on_init = function(client)
    require('hunch.server').name_new_buffers(client)
    require('hunch.suggestion').follow(client)
  end,
  on_exit = function(_, _, client_id)
    require('hunch.server').on_exit(client_id)
  end,
}
