-- Loaded at every start, so it loads nothing: one command, and `setup` stays
-- the user's to call.
if vim.g.loaded_hunch then
  return
end
vim.g.loaded_hunch = true

vim.api.nvim_create_user_command('Hunch', function(args)
  require('hunch').enable(args.args ~= 'off')
end, {
  nargs = '?',
  complete = function()
    return { 'on', 'off' }
  end,
  desc = 'Switch Hunch ghost text on or off',
})
