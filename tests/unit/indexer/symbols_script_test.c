// symbols_script_test.c - symbols of Bash, Lua and Elixir, and what a module of JavaScript gives away without a name.
//
// See symbols_check.h.
#include "symbols_check.h"
#include "tests/unit/unit.h"

#define TEN_BYTES    "ten-bytes_"
#define NINETY_BYTES TEN_BYTES TEN_BYTES TEN_BYTES TEN_BYTES TEN_BYTES TEN_BYTES TEN_BYTES TEN_BYTES TEN_BYTES
#define TEN_AS_NAME  "tenBytes_"
#define NINETY_AS_NAME                                                                                       \
    TEN_AS_NAME TEN_AS_NAME TEN_AS_NAME TEN_AS_NAME TEN_AS_NAME TEN_AS_NAME TEN_AS_NAME TEN_AS_NAME          \
        TEN_AS_NAME

static const struct language_case cases[] = {
    {"javascript", "lib/helpers/parse-raw_headers.test.js",
     "import utils from '../utils.js';\n"
     "export const named = 1;\n"
     "export default rawHeaders => {\n"
     "  const inner = () => 1;\n"
     "};\n",
     "variable named [] 2: export const named = 1\n"
     "function parseRaw_headers [] 3: export default rawHeaders\n",
     "../utils.js:1 "},
    {"javascript", "lib/store/index.mjs", "export default function (state) {}\n",
     "function store [] 1: export default function (state)\n", ""},
    {"javascript", "index.js", "export default function* () {}\n",
     "function index [] 1: export default function* ()\n", ""},
    {"javascript", "3-way.js", "export default () => 1;\n", "", ""}, // which is no name
    {"javascript", ".js", "export default () => 1;\n", "", ""},
    {"javascript",
     "gr\xC3\xB6\xC3\x9F"
     "e.js",
     "export default () => 1;\n",
     "function gr\xC3\xB6\xC3\x9F"
     "e [] 1: export default ()\n",
     ""},
    {"javascript",
     "gr\xF6\xDF"
     "e.js",
     "export default () => 1;\n", "", ""}, // of another encoding
    {"javascript", "folder.js/index.js", "export default () => 1;\n",
     "function folder [] 1: export default ()\n", ""},
    {"javascript", NINETY_BYTES NINETY_BYTES TEN_BYTES "123456789\xC3\xA9-cut.js",
     "export default () => 1;\n",
     "function " NINETY_AS_NAME NINETY_AS_NAME TEN_AS_NAME "123456789 [] 1: export default ()\n", ""},
    {"javascript", "Widget.js", "export default class extends Base { draw() {} }\n",
     "type Widget [] 1: export default class extends Base\nmethod draw [Widget] 1: draw()\n", ""},
    {"javascript", "server.cjs",
     "module.exports = function (options) {};\n"
     "module.exports.close = () => 1;\n",
     "function server [] 1: module.exports = function (options)\n"
     "function close [] 2: module.exports.close = ()\n",
     ""},
    {"javascript", "pool.js", "module.exports = class { take() {} };\n",
     "type pool [] 1: module.exports = class\nmethod take [pool] 1: take()\n", ""},
    {"javascript", "worker-pool.js", // whose class has a name
     "module.exports = class WorkerPool { take() {} };\n",
     "type workerPool [] 1: module.exports = class WorkerPool\n"
     "type WorkerPool [] 1: module.exports = class WorkerPool\nmethod take [WorkerPool] 1: take()\n",
     ""},
    {"javascript", "merge.js", // which is its name as well
     "module.exports = function merge (into, from) {};\n",
     "function merge [] 1: module.exports = function merge (into, from)\n", ""},
    {"javascript", "modules.js", "module.load = (name) => 1;\n", // of which this is a variable
     "function load [] 1: module.load = (name)\n", ""},
    {"typescript", "use-query.ts", "export default <T>(key: string): T => load(key);\n",
     "function useQuery [] 1: export default <T>(key: string): T\n", ""},
    {"typescriptreact", "Page.tsx", "export default async () => <div/>;\n",
     "function Page [] 1: export default async ()\n", ""},
    {"shellscript", "run",
     "#!/bin/bash\n"
     "# Builds.\n"
     "set -eu\n"
     ". \"$(dirname \"$0\")/lib.sh\"\n"
     "source ./common.sh arg\n"
     "readonly VERSION=1.2\n"
     "export PATH=/usr/bin:$PATH\n"
     "declare -A counts\n"
     "count=0 other=1\n"
     "names=(a b\n"
     "  c)\n"
     "if [ -n \"$X\" ]; then\n"
     "  only_here() { :; }\n"
     "  CC=gcc\n"
     "elif true; then\n"
     "  fallback=1\n"
     "else\n"
     "  function in_else { echo; }\n"
     "fi\n"
     "case $1 in\n"
     "  a) mode=fast ;;\n"
     "esac\n"
     "function with_parens() {\n"
     "  local inner=1\n"
     "  nested() { :; }\n"
     "}\n"
     "subshell() (\n"
     "  cd /\n"
     ")\n"
     "[ -t 1 ] && color() { echo; }\n"
     "logged() { echo hi; } >&2\n"
     "for i in 1 2; do x=$i; done\n"
     "FOO=bar command arg\n",
     "constant VERSION [] 6: readonly VERSION=1.2\n"
     "constant PATH [] 7: export PATH=/usr/bin:$PATH\n"
     "variable counts [] 8: declare -A counts\n"
     "variable count [] 9: count=0\n"
     "variable other [] 9: other=1\n"
     "variable names [] 10: names\n"
     "function only_here [] 13: only_here()\n"
     "constant CC [] 14: CC=gcc\n"
     "variable fallback [] 16: fallback=1\n"
     "function in_else [] 18: function in_else\n"
     "variable mode [] 21: mode=fast\n"
     "function with_parens [] 23: function with_parens()\n"
     "function subshell [] 27: subshell()\n"
     "function color [] 30: color()\n"
     "function logged [] 31: logged()\n",
     "$(dirname \"$0\")/lib.sh:4 ./common.sh:5 "},
    {"lua", "a.lua",
     "#!/usr/bin/lua5.4\n"
     "local json = require(\"cjson.safe\")\n"
     "local M, other = {}, 2\n"
     "require \"init\"\n"
     "require(\"setup\").run()\n"
     "local get = require('a.b').get\n"
     "LIMIT = 10\n"
     "local Account = { balance = 0, deposit = function(self, v) end, nested = { deep = 1 } }\n"
     "Account.__index = Account\n"
     "--- Makes one.\n"
     "function Account.new(o, -- the object\n"
     "    p)\n"
     "  local inner = 1\n"
     "  return o\n"
     "end\n"
     "function Account:withdraw(v) return v end\n"
     "function M.sub.deep(a) end\n"
     "local function helper(a, b) return a end\n"
     "local add = function(a, b) return a + b end\n"
     "M.late = function(x) return x end\n"
     "M['odd/name'] = function(x) end\n"
     "M.options = { depth = 1 }\n"
     "M.count = 5\n"
     "local declared\n"
     "local x <const> = 5\n"
     "if jit then\n"
     "  function only_here() end\n"
     "end\n"
     "return { run = function() end, helper = helper }\n",
     "variable json [] 2: local json = require(\"cjson.safe\")\n"
     "variable M [] 3: local M, other = {}, 2\n"
     "variable other [] 3: local M, other = {}, 2\n"
     "variable get [] 6: local get = require('a.b').get\n"
     "constant LIMIT [] 7: LIMIT = 10\n"
     "variable Account [] 8: local Account\n"
     "field balance [Account] 8: balance = 0\n"
     "method deposit [Account] 8: deposit = function(self, v) end\n"
     "field nested [Account] 8: nested\n"
     "field deep [Account.nested] 8: deep = 1\n"
     "field __index [Account] 9: Account.__index = Account\n"
     "method new [Account] 11: function Account.new(o, p)\n"
     "method withdraw [Account] 16: function Account:withdraw(v)\n"
     "method deep [M.sub] 17: function M.sub.deep(a)\n"
     "function helper [] 18: local function helper(a, b)\n"
     "function add [] 19: local add = function(a, b)\n"
     "method late [M] 20: M.late = function(x)\n"
     "method odd/name [M] 21: M['odd/name'] = function(x) end\n"
     "field options [M] 22: M.options\n"
     "field depth [M.options] 22: depth = 1\n"
     "field count [M] 23: M.count = 5\n"
     "variable declared [] 24: local declared\n"
     "variable x [] 25: local x <const> = 5\n"
     "function only_here [] 27: function only_here()\n"
     "method run [] 29: run = function() end\n"
     "field helper [] 29: helper = helper\n",
     "cjson.safe:2 init:4 setup:5 a.b:6 "},
    {"elixir", "a.ex",
     "defmodule MyApp.Accounts do\n"
     "  @moduledoc \"\"\"\n"
     "  Doc.\n"
     "  \"\"\"\n"
     "  use GenServer\n"
     "  import Ecto.Query, warn: false\n"
     "  alias MyApp.{Repo, User}\n"
     "  alias MyApp.Accounts.Token, as: T\n"
     "  require Logger\n"
     "\n"
     "  @timeout 5_000\n"
     "  @type id :: integer()\n"
     "  @typep hidden :: any\n"
     "  @callback fetch(id) :: {:ok, term} | :error\n"
     "  defstruct [:name, age: 0]\n"
     "  defexception message: \"x\"\n"
     "  defguard is_even(n) when rem(n, 2) == 0\n"
     "\n"
     "  @doc \"Adds.\"\n"
     "  @spec add(integer, integer) :: integer\n"
     "  def add(a, b \\\\ 1)\n"
     "  def add(0, b), do: b\n"
     "  def add(a, b) when a > 0 do\n"
     "    local = a\n"
     "    local + b\n"
     "  end\n"
     "  def no_parens do\n"
     "    1\n"
     "  end\n"
     "  def no_parens_do, do: 2\n"
     "  defp secret(x), do: x\n"
     "  defmacro trace(expr) do\n"
     "    quote do: unquote(expr)\n"
     "  end\n"
     "  defmacrop hidden_macro(x), do: x\n"
     "  defdelegate size(list), to: Kernel, as: :length\n"
     "  def a <> b, do: a\n"
     "  defmodule Inner do\n"
     "    def deep(x) when is_list(x), do: x\n"
     "  end\n"
     "  def unquote(name)(x), do: x\n"
     "end\n"
     "defprotocol Size do\n"
     "  @doc \"s\"\n"
     "  def size(data)\n"
     "end\n"
     "defimpl Size, for: Map do\n"
     "  def size(m), do: map_size(m)\n"
     "end\n"
     "defmodule MyTest do\n"
     "  use ExUnit.Case\n"
     "  describe \"group\" do\n"
     "    test \"adds numbers\" do\n"
     "      assert 1\n"
     "    end\n"
     "  end\n"
     "end\n"
     "for kind <- [:a, :b] do\n"
     "  def each(kind), do: kind\n"
     "end\n"
     "if Code.ensure_loaded?(X) do\n"
     "  defmodule Late do\n"
     "    def f, do: 1\n"
     "  end\n"
     "end\n",
     "module MyApp.Accounts [] 1: defmodule MyApp.Accounts\n"
     "constant timeout [MyApp.Accounts] 11: @timeout 5_000\n"
     "type id [MyApp.Accounts] 12: @type id :: integer()\n"
     "type hidden [MyApp.Accounts] 13: @typep hidden :: any\n"
     "function? fetch [MyApp.Accounts] 14: @callback fetch(id) :: {:ok, term} | :error\n"
     "field name [MyApp.Accounts] 15: :name\n"
     "field age [MyApp.Accounts] 15: age: 0\n"
     "field message [MyApp.Accounts] 16: message: \"x\"\n"
     "macro is_even [MyApp.Accounts] 17: defguard is_even(n) when rem(n, 2) == 0\n"
     "function add [MyApp.Accounts] 21: def add(a, b \\\\ 1)\n"
     "function no_parens [MyApp.Accounts] 27: def no_parens\n"
     "function no_parens_do [MyApp.Accounts] 30: def no_parens_do\n"
     "function secret [MyApp.Accounts] 31: defp secret(x)\n"
     "macro trace [MyApp.Accounts] 32: defmacro trace(expr)\n"
     "macro hidden_macro [MyApp.Accounts] 35: defmacrop hidden_macro(x)\n"
     "function size [MyApp.Accounts] 36: defdelegate size(list), to: Kernel, as: :length\n"
     "module Inner [MyApp.Accounts] 38: defmodule Inner\n"
     "function deep [MyApp.Accounts.Inner] 39: def deep(x) when is_list(x)\n"
     "type Size [] 43: defprotocol Size\n"
     "method? size [Size] 45: def size(data)\n"
     "method size [Size] 48: def size(m)\n"
     "module MyTest [] 50: defmodule MyTest\n"
     "function adds numbers [MyTest] 53: test \"adds numbers\"\n"
     "function each [] 59: def each(kind)\n"
     "module Late [] 62: defmodule Late\n"
     "function f [Late] 63: def f\n",
     "GenServer:5 Ecto.Query:6 MyApp.{Repo, User}:7 MyApp.Accounts.Token:8 Logger:9 ExUnit.Case:51 "},
};

static void test_languages(void **state) {
    (void)state;
    check_languages(cases, sizeof cases / sizeof cases[0]);
}

static void test_references(void **state) {
    (void)state;
    check_references("shellscript", "run a | filter b\nx=$(inner c)\n", "run filter inner", "");
    check_references("lua", "local x = load_it(1)\nm.one(2)\no:two(3)\n", "load_it one two", "");
    check_references("elixir", "helper(1)\nRepo.insert(2)\n", "helper insert", "Repo");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_languages),
        cmocka_unit_test(test_references),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
