-- Loaded at every start, so it loads nothing: one command, and `setup` stays
-- the user's to call.
if vim.g.loaded_hunch then
  return
end
vim.g.loaded_hunch = true

vim.api.nvim_create_user_command('Hunch', function(args)
  require('hunch.command').run(args.args)
end, {
  nargs = '?',
  complete = function(lead)
    return require('hunch.command').complete(lead)
  end,
  desc = 'Hunch ghost text: on, off, toggle, language, status (default), why, restart, log',
})
