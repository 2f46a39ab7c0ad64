// fim_table.c - fill-in-the-middle templates, one row per family of models.
//
// Only families whose strings were read in a source are here; the source
// stands at each row. A family whose models know no separator between files
// gets them as comments at the head of the prefix.
#include "backends/fim_table.h"

// The bars are U+FF5C and the blocks U+2581.
#define DEEPSEEK(word) "<\xEF\xBD\x9C" word "\xEF\xBD\x9C>"
#define BLOCK          "\xE2\x96\x81"

const struct fim_template fim_table[] = {
    {
        // Source: Continue, AutocompleteTemplate.ts (multi-file form), after QwenLM/Qwen2.5-Coder issue 343.
        .name = "qwen2.5-coder",
        .models = {"*qwen*coder*", "*codeqwen*"},
        .prefix = "<|fim_prefix|>",
        .suffix = "<|fim_suffix|>",
        .middle = "<|fim_middle|>",
        .repository = "<|repo_name|>",
        .file_open = "<|file_sep|>",
        .file_close = "\n",
        .names_current = true,
        .controls = {"<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|fim_pad|>", "<|repo_name|>",
                     "<|file_sep|>", "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|cursor|>"},
        .stops = {"<|endoftext|>", "<|file_sep|>", "<|fim_prefix|>", "<|repo_name|>", "<|fim_suffix|>",
                  "<|fim_middle|>", "<|fim_pad|>", "<|im_start|>", "<|im_end|>", "<|cursor|>"},
    },
    {
        // Source: Continue, AutocompleteTemplate.ts (snippets between separators, without paths).
        .name = "starcoder2",
        .models = {"*starcoder2*", "*starcoder-2*", "*stable-code*"},
        .prefix = "<fim_prefix>",
        .suffix = "<fim_suffix>",
        .middle = "<fim_middle>",
        .path = FIM_PATH_NONE,
        .file_open = "<file_sep>",
        .file_close = "",
        .controls = {"<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<fim_pad>", "<file_sep>", "<repo_name>",
                     "<|endoftext|>"},
        .stops = {"<|endoftext|>", "<file_sep>", "<fim_prefix>", "<fim_suffix>", "<fim_middle>"},
    },
    {
        // Source: arXiv 2401.14196 and Cody, model-helpers.
        .name = "deepseek-coder",
        .models = {"*deepseek-coder*", "*deepseek_coder*"},
        .prefix = DEEPSEEK("fim" BLOCK "begin"),
        .suffix = DEEPSEEK("fim" BLOCK "hole"),
        .middle = DEEPSEEK("fim" BLOCK "end"),
        .file_open = "#",
        .file_close = "\n",
        .names_current = true,
        .controls = {DEEPSEEK("fim" BLOCK "begin"), DEEPSEEK("fim" BLOCK "hole"), DEEPSEEK("fim" BLOCK "end"),
                     DEEPSEEK("end" BLOCK "of" BLOCK "sentence"),
                     DEEPSEEK("begin" BLOCK "of" BLOCK "sentence"), "<|EOT|>", "<|eos_token|>"},
        .stops = {DEEPSEEK("end" BLOCK "of" BLOCK "sentence"), DEEPSEEK("fim" BLOCK "begin"),
                  DEEPSEEK("fim" BLOCK "hole"), "<|EOT|>", DEEPSEEK("fim" BLOCK "end"), "<|eos_token|>"},
    },
    {
        // Source: Continue and Cody; the blanks belong to the tokens.
        .name = "codellama",
        .models = {"!*python*", "!*34b*", "!*70b*", "*codellama*", "*code-llama*"},
        .prefix = "<PRE> ",
        .suffix = " <SUF>",
        .middle = " <MID>",
        .files = FIM_FILES_IN_PREFIX,
        .path = FIM_PATH_COMMENT,
        .file_open = "",
        .file_close = "\n\n",
        .controls = {"<PRE>", "<SUF>", "<MID>", "<EOT>"},
        .stops = {" <EOT>", "<EOT>", "<PRE>", "<SUF>", "<MID>"},
    },
    {
        // Source: ai.google.dev/gemma/docs/codegemma/prompt-structure.
        .name = "codegemma",
        .models = {"*codegemma*"},
        .prefix = "<|fim_prefix|>",
        .suffix = "<|fim_suffix|>",
        .middle = "<|fim_middle|>",
        .file_open = "",
        .file_close = "<|file_separator|>",
        .names_current = true,
        .controls = {"<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|file_separator|>",
                     "<end_of_turn>", "<eos>"},
        .stops = {"<|file_separator|>", "<eos>", "<|fim_prefix|>", "<end_of_turn>", "<|fim_suffix|>",
                  "<|fim_middle|>"},
    },
    {
        // Source: Continue, AutocompleteTemplate.ts. No middle token; the server adds the start token.
        .name = "codestral",
        .models = {"!*mamba*", "*codestral*"},
        .prefix = "[PREFIX]",
        .suffix = "[SUFFIX]",
        .middle = "",
        .order = FIM_SUFFIX_FIRST,
        .files = FIM_FILES_IN_PREFIX,
        .file_open = "+++++ ",
        .file_close = "\n\n",
        .names_current = true,
        .controls = {"[PREFIX]", "[SUFFIX]"},
        .stops = {"[PREFIX]", "[SUFFIX]", "\n+++++ "},
    },
    {
        // Source: Continue (generation 2, "granite-code").
        .name = "granite-code",
        .models = {"*granite*code*"},
        .prefix = "<fim_prefix>",
        .suffix = "<fim_suffix>",
        .middle = "<fim_middle>",
        .files = FIM_FILES_IN_PREFIX,
        .path = FIM_PATH_COMMENT,
        .file_open = "",
        .file_close = "\n\n",
        .controls = {"<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<fim_pad>", "<filename>", "<reponame>",
                     "<|endoftext|>"},
        .stops = {"<|endoftext|>", "<fim_prefix>", "<fim_suffix>", "<fim_middle>"},
    },
    {
        // Source: Continue, citing IBM's page (3.3 and 4; 3.0 to 3.2 cannot fill in the middle).
        .name = "granite",
        .models = {"*granite-3.3*", "*granite3.3*", "*granite-4*", "*granite4*"},
        .prefix = "<|fim_prefix|>",
        .suffix = "<|fim_suffix|>",
        .middle = "<|fim_middle|>",
        .files = FIM_FILES_IN_PREFIX,
        .path = FIM_PATH_COMMENT,
        .file_open = "",
        .file_close = "\n\n",
        .controls = {"<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|fim_pad|>", "<|filename|>",
                     "<|reponame|>", "<|end_of_text|>"},
        .stops = {"<|end_of_text|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|fim_pad|>"},
    },
    {
        // Source: arXiv 2506.03524 (the format of pre-training: suffix first).
        .name = "seed-coder",
        .models = {"*seed-coder*", "*seedcoder*"},
        .prefix = "<[fim-prefix]>",
        .suffix = "<[fim-suffix]>",
        .middle = "<[fim-middle]>",
        .order = FIM_SUFFIX_FIRST,
        .files = FIM_FILES_IN_PREFIX,
        .path = FIM_PATH_COMMENT,
        .file_open = "",
        .file_close = "\n\n",
        .controls = {"<[fim-prefix]>", "<[fim-suffix]>", "<[fim-middle]>",
                     "<[begin" BLOCK "of" BLOCK "sentence]>", "<[end" BLOCK "of" BLOCK "sentence]>",
                     "<[PAD" BLOCK "TOKEN]>", "<[SEP" BLOCK "TOKEN]>"},
        .stops = {"<[end" BLOCK "of" BLOCK "sentence]>", "<[fim-suffix]>", "<[fim-prefix]>", "<[fim-middle]>",
                  "<[SEP" BLOCK "TOKEN]>", "<[PAD" BLOCK "TOKEN]>"},
    },
    {
        // Source: an example of mellum-4b-dpo-all-gguf. Spelled as StarCoder's, ordered otherwise.
        .name = "mellum",
        .models = {"*mellum*"},
        .prefix = "<fim_prefix>",
        .suffix = "<fim_suffix>",
        .middle = "<fim_middle>",
        .order = FIM_SUFFIX_FIRST,
        .file_open = "<filename>",
        .file_close = "\n\n",
        .names_current = true,
        .controls = {"<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<fim_pad>", "<filename>", "<reponame>",
                     "<|endoftext|>"},
        .stops = {"<|endoftext|>", "<filename>", "<fim_suffix>", "<fim_prefix>", "<fim_middle>"},
    },
};
const size_t fim_table_count = sizeof fim_table / sizeof *fim_table;
