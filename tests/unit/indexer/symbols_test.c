// symbols_test.c - symbols, their signatures and scopes, and imports, one small file a language; what holds for
// all languages. See symbols_check.h, and symbols_<group>_test.c for further languages.
#include "symbols_check.h"
#include "tests/unit/unit.h"

static const struct language_case cases[] = {
    {"c", "a.c",
     "#include <stdio.h>\n"
     "#include \"uv/unix.h\"\n"
     "#ifdef __cplusplus\n"
     "extern \"C\" {\n"
     "#endif\n"
     "#define MAX_SIZE 10\n"
     "#define SQUARE(x) ((x) * (x))\n"
     "API_EXPORT int prototype(int a, /* note */\n"
     "                         char *b);\n"
     "typedef unsigned int word_t;\n"
     "typedef int (*callback_t)(void *);\n"
     "typedef struct { int x, y; } point_t;\n"
     "struct node {\n"
     "    COMMON_FIELDS\n"
     "    struct node *next;\n"
     "    int (*visit)(struct node *);\n"
     "    union { int i; float f; } u;\n"
     "};\n"
     "enum color { RED, GREEN = 2 };\n"
     "static int counter = 0;\n"
     "extern const char *names[3];\n"
     "static const int table[] = {1,\n"
     "    2};\n"
     "#if 1\n"
     "static inline int *find(struct node *n)\n"
     "{\n"
     "    int local = 1;\n"
     "    return &local;\n"
     "}\n"
     "#endif\n"
     "struct forward;\n"
     "TEST_IMPL(env_vars) { return 0; }\n",
     "macro MAX_SIZE [] 6: #define MAX_SIZE 10\n"
     "macro SQUARE [] 7: #define SQUARE(x) ((x) * (x))\n"
     "function? prototype [] 8: int prototype(int a, char *b)\n"
     "type word_t [] 10: typedef unsigned int word_t\n"
     "type callback_t [] 11: typedef int (*callback_t)(void *)\n"
     "type point_t [] 12: typedef struct point_t\n"
     "field x [point_t] 12: int x, y\n"
     "field y [point_t] 12: int x, y\n"
     "type node [] 13: struct node\n"
     "field next [node] 15: struct node *next\n"
     "field visit [node] 16: int (*visit)(struct node *)\n"
     "field u [node] 17: union u\n"
     "field i [node.u] 17: int i\n"
     "field f [node.u] 17: float f\n"
     "type color [] 19: enum color\n"
     "constant RED [color] 19: RED\n"
     "constant GREEN [color] 19: GREEN = 2\n"
     "variable counter [] 20: static int counter = 0\n"
     "variable names [] 21: extern const char *names[3]\n"
     "variable table [] 22: static const int table[]\n"
     "function find [] 25: static inline int *find(struct node *n)\n"
     "function env_vars [] 32: TEST_IMPL(env_vars)\n",
     "stdio.h:1 uv/unix.h:2 "},
    {"c", "broken.c",
     "int before(void) { return 1; }\n"
     "int broken(int a { if (a { return }\n"
     "struct after { int member; };\n"
     "int last(void) { return 2; }\n",
     "function before [] 1: int before(void)\n"
     "type after [] 3: struct after\n"
     "field member [after] 3: int member\n"
     "function last [] 4: int last(void)\n",
     ""},
    {"cpp", "a.cpp",
     "#include <vector>\n"
     "namespace db {\n"
     "class LIB_EXPORT Store : public Base {\n"
     " public:\n"
     "  Store();\n"
     "  ~Store() override;\n"
     "  Store(const Store&) = delete;\n"
     "  bool operator==(const Store& other) const;\n"
     "  operator bool() const { return true; }\n"
     "  virtual Status Get(const Key& key) LOCKS(mutex_) = 0;\n"
     "  static constexpr int kMax = 5;\n"
     " private:\n"
     "  enum class Mode { kRead, kWrite };\n"
     "  std::vector<int> items_ GUARDED_BY(mutex_);\n"
     "};\n"
     "template <typename T>\n"
     "T* Make(int n) { return nullptr; }\n"
     "template <class T> struct Box { T value; };\n"
     "using Name = std::string;\n"
     "Status Store::Get(const Key& key) { int local; return {}; }\n"
     "namespace { int hidden; }\n"
     "}\n",
     "module db [] 2: namespace db\n"
     "type Store [db] 3: class LIB_EXPORT Store : public Base\n"
     "method? Store [db.Store] 5: Store()\n"
     "method? ~Store [db.Store] 6: ~Store() override\n"
     "method Store [db.Store] 7: Store(const Store&) = delete\n"
     "method? operator== [db.Store] 8: bool operator==(const Store& other) const\n"
     "method operator bool [db.Store] 9: operator bool() const\n"
     "method? Get [db.Store] 10: virtual Status Get(const Key& key) LOCKS(mutex_) = 0\n"
     "field kMax [db.Store] 11: static constexpr int kMax = 5\n"
     "type Mode [db.Store] 13: enum class Mode\n"
     "constant kRead [db.Store.Mode] 13: kRead\n"
     "constant kWrite [db.Store.Mode] 13: kWrite\n"
     "field items_ [db.Store] 14: std::vector<int> items_ GUARDED_BY(mutex_)\n"
     "function Make [db] 17: template <typename T> T* Make(int n)\n"
     "type Box [db] 18: template <class T> struct Box\n"
     "field value [db.Box] 18: T value\n"
     "type Name [db] 19: using Name = std::string\n"
     "method Get [db.Store] 20: Status Store::Get(const Key& key)\n"
     "variable hidden [db] 21: int hidden\n",
     "vector:1 "},
    {"python", "a.py",
     "import os\n"
     "import a.b.c as d\n"
     "from .pkg import x, y\n"
     "from . import z\n"
     "LIMIT = 10\n"
     "handlers = {}\n"
     "class Server(Base, metaclass=M):\n"
     "    \"\"\"Doc.\"\"\"\n"
     "    port: int = 80\n"
     "    def __init__(self, host):\n"
     "        self.host = host\n"
     "        self.items: list = []\n"
     "    @property\n"
     "    def name(self) -> str:\n"
     "        local = 1\n"
     "        return self.host\n"
     "    class Inner:\n"
     "        pass\n"
     "async def main(\n"
     "    argv,  # the arguments\n"
     "):\n"
     "    def nested(): pass\n"
     "if os.name == \"nt\":\n"
     "    def only_here(): pass\n"
     "try:\n"
     "    import json\n"
     "except ImportError:\n"
     "    json = None\n",
     "constant LIMIT [] 5: LIMIT = 10\n"
     "variable handlers [] 6: handlers = {}\n"
     "type Server [] 7: class Server(Base, metaclass=M)\n"
     "field port [Server] 9: port: int = 80\n"
     "method __init__ [Server] 10: def __init__(self, host)\n"
     "field host [Server] 11: self.host = host\n"
     "field items [Server] 12: self.items: list = []\n"
     "method name [Server] 14: @property def name(self) -> str\n"
     "type Inner [Server] 17: class Inner\n"
     "function main [] 19: async def main(argv,)\n"
     "function only_here [] 24: def only_here()\n"
     "variable json [] 28: json = None\n",
     "os:1 a.b.c:2 .pkg:3 .:4 json:26 "},
    {"python", "broken.py",
     "def good(a):\n"
     "    return a\n"
     "class Broken(\n"
     "    def method(self):\n"
     "        return (\n"
     "def after(b):\n"
     "    return b\n",
     "function good [] 1: def good(a)\n"
     "function method [] 4: def method(self): return (\n"
     "function after [] 6: def after(b)\n",
     ""},
    {"javascript", "a.js",
     "import fs from 'node:fs';\n"
     "import { a } from \"./a.js\";\n"
     "export * from './b';\n"
     "const path = require('path'), other = notRequire('x');\n"
     "export function top(a, b) { const local = 1; }\n"
     "export default class Widget extends Base {\n"
     "  #secret = 1;\n"
     "  static create() {}\n"
     "  handler = (e) => { };\n"
     "  get size() { return 1; }\n"
     "}\n"
     "const add = (a, b) => a + b;\n"
     "const LIMIT = 10;\n"
     "const api = { get() {}, post: function (u) {}, nested: { deep: 1 } };\n"
     "module.exports = { api, run: () => 1 };\n"
     "exports.helper = function (x) {};\n"
     "Widget.prototype.draw = function () {};\n"
     "(function () { function inside() {} })();\n",
     "variable path [] 4: const path = require('path')\n"
     "variable other [] 4: const path = require('path'), other = notRequire('x')\n"
     "function top [] 5: export function top(a, b)\n"
     "type Widget [] 6: export default class Widget extends Base\n"
     "field #secret [Widget] 7: #secret = 1\n"
     "method create [Widget] 8: static create()\n"
     "method handler [Widget] 9: handler = (e)\n"
     "method size [Widget] 10: get size()\n"
     "function add [] 12: const add = (a, b)\n"
     "constant LIMIT [] 13: const LIMIT = 10\n"
     "variable api [] 14: const api\n"
     "method get [api] 14: get()\n"
     "method post [api] 14: post: function (u)\n"
     "field nested [api] 14: nested\n"
     "field deep [api.nested] 14: deep: 1\n"
     "method run [] 15: run: ()\n"
     "function helper [] 16: exports.helper = function (x)\n"
     "function draw [] 17: Widget.prototype.draw = function ()\n"
     "function inside [] 18: function inside()\n",
     "node:fs:1 ./a.js:2 ./b:3 path:4 "},
    {"typescript", "a.ts",
     "import type { A } from './a';\n"
     "import b = require(\"b\");\n"
     "export interface Shape<T> extends Base {\n"
     "  readonly area: number;\n"
     "  scale(by: number): Shape<T>;\n"
     "}\n"
     "export type Pair<A, B> = [A, B];\n"
     "export type Options = { depth: number };\n"
     "export enum Level { Low, High = 2 }\n"
     "export abstract class Circle implements Shape<number> {\n"
     "  constructor(private radius: number, plain: string) { super(); }\n"
     "  abstract draw(): void;\n"
     "  static async load(path: string): Promise<Circle> { return null!; }\n"
     "  private cache?: Map<string, number>;\n"
     "}\n"
     "declare function external(a: number): void;\n"
     "namespace Util { export const x = 1; }\n"
     "export const make = <T,>(x: T): T => x;\n"
     "function overload(a: string): void;\n"
     "function overload(a: any) {}\n",
     "type Shape [] 3: export interface Shape<T> extends Base\n"
     "field area [Shape] 4: readonly area: number\n"
     "method? scale [Shape] 5: scale(by: number): Shape<T>\n"
     "type Pair [] 7: export type Pair<A, B> = [A, B]\n"
     "type Options [] 8: export type Options\n"
     "field depth [Options] 8: depth: number\n"
     "type Level [] 9: export enum Level\n"
     "constant Low [Level] 9: Low\n"
     "constant High [Level] 9: High = 2\n"
     "type Circle [] 10: export abstract class Circle implements Shape<number>\n"
     "method constructor [Circle] 11: constructor(private radius: number, plain: string)\n"
     "field radius [Circle] 11: private radius: number\n"
     "method? draw [Circle] 12: abstract draw(): void\n"
     "method load [Circle] 13: static async load(path: string): Promise<Circle>\n"
     "field cache [Circle] 14: private cache?: Map<string, number>\n"
     "function? external [] 16: declare function external(a: number): void\n"
     "module Util [] 17: namespace Util\n"
     "variable x [Util] 17: export const x = 1\n"
     "function make [] 18: export const make = <T,>(x: T): T\n"
     "function? overload [] 19: function overload(a: string): void\n"
     "function overload [] 20: function overload(a: any)\n",
     "./a:1 b:2 "},
    {"typescriptreact", "a.tsx", "export const View = () => <div className=\"x\">{1}</div>;\n",
     "function View [] 1: export const View = ()\n", ""},
    {"go", "a.go",
     "package server\n"
     "\n"
     "import \"fmt\"\n"
     "import (\n"
     "\t\"net/http\"\n"
     "\talias \"example.com/x/y\"\n"
     ")\n"
     "\n"
     "const Max = 10\n"
     "const (\n"
     "\tA, B = 1, 2\n"
     "\tC = iota\n"
     ")\n"
     "var ErrX = errors.New(\"x\")\n"
     "var (\n"
     "\tcount int\n"
     ")\n"
     "\n"
     "type Handler interface {\n"
     "\tServe(w Writer) error\n"
     "\tio.Reader\n"
     "}\n"
     "type Server[T any] struct {\n"
     "\tName string `json:\"name\"`\n"
     "\tx, y int\n"
     "\tBase\n"
     "\t*other.Embedded\n"
     "}\n"
     "type Alias = string\n"
     "type ID int\n"
     "\n"
     "// Start runs.\n"
     "func (s *Server[T]) Start(ctx Context) (err error) { local := 1; return nil }\n"
     "func New[T any](name string) *Server[T] { return nil }\n",
     "constant Max [] 9: const Max = 10\n"
     "constant A [] 11: A, B = 1, 2\n"
     "constant B [] 11: A, B = 1, 2\n"
     "constant C [] 12: C = iota\n"
     "variable ErrX [] 14: var ErrX = errors.New(\"x\")\n"
     "variable count [] 16: count int\n"
     "type Handler [] 19: type Handler interface\n"
     "method? Serve [Handler] 20: Serve(w Writer) error\n"
     "type Server [] 23: type Server[T any] struct\n"
     "field Name [Server] 24: Name string `json:\"name\"`\n"
     "field x [Server] 25: x, y int\n"
     "field y [Server] 25: x, y int\n"
     "field Base [Server] 26: Base\n"
     "field Embedded [Server] 27: *other.Embedded\n"
     "type Alias [] 29: type Alias = string\n"
     "type ID [] 30: type ID int\n"
     "method Start [Server] 33: func (s *Server[T]) Start(ctx Context) (err error)\n"
     "function New [] 34: func New[T any](name string) *Server[T]\n",
     "fmt:3 net/http:5 example.com/x/y:6 "},
    {"rust", "a.rs",
     "use std::io::{self, Read};\n"
     "use crate::y::Z;\n"
     "mod inner;\n"
     "extern crate libc;\n"
     "pub const MAX: usize = 10;\n"
     "static mut COUNT: u32 = 0;\n"
     "#[derive(Debug)]\n"
     "pub struct Point<T> { pub x: T, y: T }\n"
     "struct Unit;\n"
     "struct Tuple(u32, String);\n"
     "enum Shape { Dot, Circle { radius: f32 }, Box(u8) }\n"
     "pub trait Draw {\n"
     "    type Out;\n"
     "    fn draw(&self) -> Self::Out;\n"
     "    fn twice(&self) { }\n"
     "}\n"
     "impl<T: Clone> Point<T> {\n"
     "    pub fn new(x: T, y: T) -> Self where T: Copy { let local = 1; Point { x, y } }\n"
     "    const ZERO: u32 = 0;\n"
     "}\n"
     "impl<'a> Draw for &'a a::Unit { fn draw(&self) {} }\n"
     "macro_rules! square { ($x:expr) => { $x * $x }; }\n"
     "type Alias = Vec<u8>;\n"
     "mod tests { fn helper() {} }\n",
     "module? inner [] 3: mod inner\n"
     "constant MAX [] 5: pub const MAX: usize = 10\n"
     "constant COUNT [] 6: static mut COUNT: u32 = 0\n"
     "type Point [] 8: pub struct Point<T>\n"
     "field x [Point] 8: pub x: T\n"
     "field y [Point] 8: y: T\n"
     "type Unit [] 9: struct Unit\n"
     "type Tuple [] 10: struct Tuple(u32, String)\n"
     "type Shape [] 11: enum Shape\n"
     "constant Dot [Shape] 11: Dot\n"
     "constant Circle [Shape] 11: Circle\n"
     "field radius [Shape.Circle] 11: radius: f32\n"
     "constant Box [Shape] 11: Box(u8)\n"
     "type Draw [] 12: pub trait Draw\n"
     "type? Out [Draw] 13: type Out\n"
     "method? draw [Draw] 14: fn draw(&self) -> Self::Out\n"
     "method twice [Draw] 15: fn twice(&self)\n"
     "method new [Point] 18: pub fn new(x: T, y: T) -> Self where T: Copy\n"
     "constant ZERO [Point] 19: const ZERO: u32 = 0\n"
     "method draw [Unit] 21: fn draw(&self)\n"
     "macro square [] 22: macro_rules! square\n"
     "type Alias [] 23: type Alias = Vec<u8>\n"
     "module tests [] 24: mod tests\n"
     "function helper [tests] 24: fn helper()\n",
     "std::io::{self, Read}:1 crate::y::Z:2 inner:3 libc:4 "},
    {"java", "A.java",
     "package org.example;\n"
     "import java.util.List;\n"
     "import static org.junit.Assert.*;\n"
     "@Deprecated\n"
     "public class A<T> extends B implements C {\n"
     "    private static final int MAX = 10;\n"
     "    protected List<String> names, others = null;\n"
     "    public A(int x) { int local; }\n"
     "    @Override public String toString() { return \"\"; }\n"
     "    abstract void run() throws IOException;\n"
     "    enum Color { RED, GREEN { void f() {} }; int code; }\n"
     "    interface Listener { void on(Event e); int X = 1; }\n"
     "    @interface Note { String value() default \"\"; }\n"
     "    record Pair(int left, String right) { Pair { } }\n"
     "}\n",
     "type A [] 5: @Deprecated public class A<T> extends B implements C\n"
     "field MAX [A] 6: private static final int MAX = 10\n"
     "field names [A] 7: protected List<String> names, others = null\n"
     "field others [A] 7: protected List<String> names, others = null\n"
     "method A [A] 8: public A(int x)\n"
     "method toString [A] 9: @Override public String toString()\n"
     "method? run [A] 10: abstract void run() throws IOException\n"
     "type Color [A] 11: enum Color\n"
     "constant RED [A.Color] 11: RED\n"
     "constant GREEN [A.Color] 11: GREEN\n"
     "method f [A.Color.GREEN] 11: void f()\n"
     "field code [A.Color] 11: int code\n"
     "type Listener [A] 12: interface Listener\n"
     "method? on [A.Listener] 12: void on(Event e)\n"
     "constant X [A.Listener] 12: int X = 1\n"
     "type Note [A] 13: @interface Note\n"
     "method? value [A.Note] 13: String value() default \"\"\n"
     "type Pair [A] 14: record Pair(int left, String right)\n"
     "field left [A] 14: int left\n"
     "field right [A] 14: String right\n"
     "method Pair [A.Pair] 14: Pair\n",
     "java.util.List:2 org.junit.Assert:3 "},
};

static void test_languages(void **state) {
    (void)state;
    check_languages(cases, sizeof cases / sizeof cases[0]);
}

static void test_lines_of_a_definition(void **state) {
    (void)state;
    struct slice text =
        SLICE_LITERAL("\n// Doc.\nstatic int\nadd(int a,\n    int b)\n{\n    return a + b;\n}\n");
    struct record *record = extract("c", "a.c", text);
    assert_int_equal(record->symbol_count, 1);
    const struct symbol *add = &record->symbols[0];
    assert_int_equal(add->start_line, 2);
    assert_int_equal(add->name_line, 3);
    assert_int_equal(add->header_end_line, 4);
    assert_int_equal(add->end_line, 7);
    assert_string_equal(add->signature, "static int add(int a, int b)");
    assert_int_equal(record->line_count, 8);
    record_release(record);
}

static void test_signature_limit(void **state) {
    (void)state;
    struct str text;
    str_init(&text);
    str_append_string(&text, "def f(");
    for (int i = 0; i < 200; i++) {
        str_append_string(&text, "\xc3\xa9t\xc3\xa9, ");
    }
    str_append_string(&text, "):\n    pass\n");
    struct record *record = extract("python", "a.py", str_slice(&text));
    size_t length = strlen(record->symbols[0].signature);
    assert_true(length <= 300 && length > 290);
    assert_int_not_equal((unsigned char)record->symbols[0].signature[length - 1], 0xc3); // whole characters
    record_release(record);
    str_free(&text);
}

// Each makes C's grammar stumble unless the macro is blanked; the definition behind it must be found whole.
static void test_macros_in_the_way(void **state) {
    (void)state;
    static const struct {
        const char *language, *text, *symbols;
    } macros[] = {
        {"c", "struct a {\n  FIELDS\n  MORE_FIELDS\n  int x;\n};\n",
         "type a [] 1: struct a\nfield x [a] 4: int x\n"},
        {"c", "struct a {\n  FIELDS\n};\nint f(void);\n",
         "type a [] 1: struct a\nfunction? f [] 4: int f(void)\n"},
        {"c", "enum e {\n  ONLY\n};\n", "type e [] 1: enum e\nconstant ONLY [e] 2: ONLY\n"},
        {"c", "typedef int (WINAPI *fn_t)(int);\n", "type fn_t [] 1: typedef int (WINAPI *fn_t)(int)\n"},
        {"c", "API struct a *f(void);\nstatic INLINE int g(void) { return 1; }\n",
         "function? f [] 1: struct a *f(void)\nfunction g [] 2: static INLINE int g(void)\n"},
        {"c", "HANDLE h;\nFILE *file;\nDWORD WINAPI run(void *p) { return 0; }\n",
         "variable h [] 1: HANDLE h\nvariable file [] 2: FILE *file\n"
         "function run [] 3: DWORD WINAPI run(void *p)\n"},
        {"c", "#define M(x) /* a */ \\\n  x /* b */ \\\n\nint f(void);\n",
         "macro M [] 1: #define M(x) x\nfunction? f [] 4: int f(void)\n"},
        {"cpp", "class EXPORT A final {\n  int x GUARDED_BY(mu);\n  void f() LOCKS(mu);\n};\n",
         "type A [] 1: class EXPORT A final\nfield x [A] 2: int x GUARDED_BY(mu)\n"
         "method? f [A] 3: void f() LOCKS(mu)\n"},
    };
    for (size_t i = 0; i < sizeof macros / sizeof macros[0]; i++) {
        struct language_case it = {macros[i].language, "a", macros[i].text, macros[i].symbols, ""};
        check_symbols(&it, slice_of_string(it.text));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_languages),
        cmocka_unit_test(test_lines_of_a_definition),
        cmocka_unit_test(test_signature_limit),
        cmocka_unit_test(test_macros_in_the_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
