#!/usr/bin/env python3
"""What a GGUF model writes behind many prompts at once: for a graphics card, where a llama-server built for it is not at hand.

    tests/bench/generate.py MODEL.gguf PROMPTS.jsonl ANSWERS.jsonl

PROMPTS: lines {"id", "tokens": [...], "n_predict": N}, as real_model --prompts writes them. ANSWERS: {"id", "tokens": [...]}, the
likeliest token at each step. Models of llama's architecture alone, in 32-bit floats. Needs the packages gguf and numpy; with cupy it
computes on the card. Attention, rotary positions and the rest follow the papers: Touvron et al. 2023 (LLaMA), Su et al. 2021
(RoPE, pairs side by side as GGUF orders them), Ainslie et al. 2023 (several query heads to a key head).
"""
import json
import sys

import gguf
import numpy

try:
    import cupy as xp
except ImportError:
    xp = numpy

ROWS = 128  # prompts at a time: on a card, starting its programs takes longer than running them


class Model:
    def __init__(self, path):
        reader = gguf.GGUFReader(path)
        facts = {key: field.contents() for key, field in reader.fields.items() if key.startswith("llama.")}
        if not facts:
            raise SystemExit(f"{path}: no model of llama's architecture")
        self.end = {reader.fields[key].contents() for key in ("tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id") if key in reader.fields}
        self.layers, self.heads = facts["llama.block_count"], facts["llama.attention.head_count"]
        self.keys = facts.get("llama.attention.head_count_kv", self.heads)
        self.epsilon = facts["llama.attention.layer_norm_rms_epsilon"]
        self.base = facts.get("llama.rope.freq_base", 10000.0)
        self.weights = {tensor.name: xp.asarray(gguf.dequantize(tensor.data, tensor.tensor_type).astype(numpy.float32))
                        for tensor in reader.tensors}
        self.embedding = self.weights["token_embd.weight"]
        self.output = self.weights.get("output.weight", self.embedding)
        self.width = self.embedding.shape[1] // self.heads

    def weight(self, layer, name):
        return self.weights[f"blk.{layer}.{name}.weight"]

    def norm(self, x, weight):
        return x / xp.sqrt((x * x).mean(-1, keepdims=True) + self.epsilon) * weight

    def rotate(self, x, positions):
        """x: rows, tokens, heads, width; positions: rows, tokens."""
        angles = positions[..., None] * self.base ** (-xp.arange(0, self.width, 2) / self.width)
        cosine, sine = xp.cos(angles)[:, :, None].astype(xp.float32), xp.sin(angles)[:, :, None].astype(xp.float32)
        even, odd = x[..., 0::2], x[..., 1::2]
        return xp.stack([even * cosine - odd * sine, even * sine + odd * cosine], -1).reshape(x.shape)

    def attend(self, layer, x, positions, cache, at, seen):
        """seen: rows, tokens, slots; true where a token may look."""
        rows, tokens, _ = x.shape
        query = self.rotate((x @ self.weight(layer, "attn_q").T).reshape(rows, tokens, self.heads, self.width), positions)
        key = self.rotate((x @ self.weight(layer, "attn_k").T).reshape(rows, tokens, self.keys, self.width), positions)
        value = (x @ self.weight(layer, "attn_v").T).reshape(rows, tokens, self.keys, self.width)
        cache[layer, 0, :, at:at + tokens], cache[layer, 1, :, at:at + tokens] = key, value
        slots = seen.shape[2]
        out = xp.empty((rows, tokens, self.heads, self.width), xp.float32)
        group = self.heads // self.keys
        for head in range(self.keys):
            mine = query[:, :, head * group:(head + 1) * group].transpose(0, 2, 1, 3)
            scores = mine @ cache[layer, 0, :, :slots, head].transpose(0, 2, 1)[:, None] / self.width ** 0.5
            scores = xp.where(seen[:, None], scores, -1e30)
            scores = xp.exp(scores - scores.max(-1, keepdims=True))
            scores /= scores.sum(-1, keepdims=True)
            out[:, :, head * group:(head + 1) * group] = (scores @ cache[layer, 1, :, :slots, head][:, None]).transpose(0, 2, 1, 3)
        return out.reshape(rows, tokens, -1) @ self.weight(layer, "attn_output").T

    def run(self, tokens, positions, cache, at, seen):
        x = self.embedding[tokens]
        for layer in range(self.layers):
            x = x + self.attend(layer, self.norm(x, self.weight(layer, "attn_norm")), positions, cache, at, seen)
            inner = self.norm(x, self.weight(layer, "ffn_norm"))
            gate = inner @ self.weight(layer, "ffn_gate").T
            x = x + (gate / (1 + xp.exp(-gate)) * (inner @ self.weight(layer, "ffn_up").T)) @ self.weight(layer, "ffn_down").T
        return x

    def likeliest(self, x):
        return (self.norm(x, self.weights["output_norm.weight"]) @ self.output.T).argmax(-1)

    def write(self, prompts, count):
        """prompts: lists of tokens; returns as many lists of `count` tokens. Shorter prompts leave slots that nothing looks at."""
        rows, longest = len(prompts), max(map(len, prompts))
        lengths = xp.asarray([len(prompt) for prompt in prompts])
        tokens = xp.asarray([prompt + [0] * (longest - len(prompt)) for prompt in prompts])
        cache = xp.zeros((self.layers, 2, rows, longest + count, self.keys, self.width), xp.float32)
        slot = xp.arange(longest + count)
        positions = xp.broadcast_to(slot[None, :longest], (rows, longest))
        seen = xp.broadcast_to((slot[None, :longest] <= slot[:longest, None])[None], (rows, longest, longest))
        x = self.run(tokens, positions, cache, 0, seen)
        token = self.likeliest(x[xp.arange(rows), lengths - 1])
        written = [token]
        for step in range(count - 1):
            last = longest + step
            seen = (slot[None, :last + 1] < lengths[:, None]) | (slot[None, :last + 1] >= longest)
            x = self.run(token[:, None], (lengths + step)[:, None], cache, last, seen[:, None])
            token = self.likeliest(x[:, 0])
            written.append(token)
        return xp.stack(written, 1).tolist()


    def judge(self, prompt, target):
        """How many nats the target costs behind the prompt, and the likeliest token in each place of it and behind it."""
        tokens, last = xp.asarray(prompt + target), len(target) + 1
        slot = xp.arange(len(tokens))
        cache = xp.zeros((self.layers, 2, 1, len(tokens), self.keys, self.width), xp.float32)
        x = self.run(tokens[None], slot[None], cache, 0, (slot[None] <= slot[:, None])[None])
        scores = self.norm(x[0, -last:], self.weights["output_norm.weight"]) @ self.output.T
        scores -= scores.max(-1, keepdims=True)
        sure = scores[xp.arange(last - 1), xp.asarray(target, dtype=int)] - xp.log(xp.exp(scores[:-1]).sum(-1))
        return -float(sure.sum()), scores.argmax(-1).tolist()


def main():
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    model = Model(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as file:
        asked = sorted(map(json.loads, file), key=lambda prompt: len(prompt["tokens"]))
    with open(sys.argv[3], "w", encoding="utf-8") as file:
        for first in range(0, len(asked), ROWS):
            some = asked[first:first + ROWS]
            written = model.write([prompt["tokens"] for prompt in some], max(prompt["n_predict"] for prompt in some))
            for prompt, tokens in zip(some, written):
                tokens = tokens[:prompt["n_predict"]]
                end = next((i for i, token in enumerate(tokens) if token in model.end), len(tokens))
                file.write(json.dumps({"id": prompt["id"], "tokens": tokens[:end]}) + "\n")
            print(f"{first + len(some)} of {len(asked)}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
