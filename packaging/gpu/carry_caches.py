#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the caches of diffusion's trainers small enough to be carried to a CUDA machine.

  carry_caches.py squeeze OUT [--small] FILE...   on the machine that filled them
  carry_caches.py restore IN OUT                  there
  carry_caches.py latents PAIRS OUT               there: a pair cache's views as a latent cache

A file of a pair or latent cache is mostly latents of half precision, of standard deviation one.
Squeezed they are whole multiples of 0.08, 34 dB above the error of that, and then packed by xz: a
fifth of the size. --small leaves the latents of 512 x 512 pixels out.
`latents` writes the pair cache's people that OUT does not know yet. A latent cache has 16 views of a
person and of its mirror image; a pair cache has 13 of the person, so some stand there twice.
"""
import argparse
import json
import lzma
import multiprocessing
import os
import struct
import sys

import numpy as np

LATENT_STEP = 0.08
MASK_STEP = 1 / 16       # what is known: whole or not at all, mostly
DEPTH_STEP = 1 / 8192    # of distances of a few units
TYPES = {"F16": np.float16, "F32": np.float32, "I8": np.int8, "U8": np.uint8}
STEPS = "carried_steps"


def load(data):
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        part = np.frombuffer(data, TYPES[entry["dtype"]], offset=8 + size + begin,
                             count=(end - begin) // np.dtype(TYPES[entry["dtype"]]).itemsize)
        tensors[name] = part.reshape(entry["shape"])
    return tensors, metadata


def dump(tensors, metadata):
    header, parts, at = {"__metadata__": metadata}, [], 0
    for name in sorted(tensors):
        part = np.ascontiguousarray(tensors[name])
        kind = next(key for key, value in TYPES.items() if value == part.dtype)
        header[name] = {"dtype": kind, "shape": list(part.shape), "data_offsets": [at, at + part.nbytes]}
        at += part.nbytes
        parts.append(part.tobytes())
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([struct.pack("<Q", len(text)), text, *parts])


def step_of(name, tensor):
    if name == "depth":
        return DEPTH_STEP
    if tensor.dtype != np.float16:
        return None
    return MASK_STEP if name.endswith(".known") else LATENT_STEP


def squeezed(tensors, metadata, small):
    kept, steps = {}, {}
    for name, tensor in tensors.items():
        if small and "large" in name:
            continue
        step = step_of(name, tensor)
        if step is None:
            kept[name] = tensor
            continue
        steps[name] = step
        whole = np.round(tensor.astype(np.float32) / step)
        if name == "depth":
            # Differences along rows, low bytes before high ones: long runs of the same.
            assert whole.max() < 65536
            change = np.diff(whole.astype(np.uint16), axis=-1, prepend=np.uint16(0))
            kept[name] = np.stack([change & 255, change >> 8]).astype(np.uint8)
        else:
            kept[name] = np.clip(whole, -127, 127).astype(np.int8)
    return kept, {**metadata, STEPS: json.dumps(steps)}


def restored(tensors, metadata):
    steps = json.loads(metadata.pop(STEPS))
    whole = {}
    for name, tensor in tensors.items():
        if name not in steps:
            whole[name] = tensor
        elif name == "depth":
            change = tensor[0].astype(np.uint16) | (tensor[1].astype(np.uint16) << 8)
            rows = np.cumsum(change, axis=-1, dtype=np.uint16)
            whole[name] = rows.astype(np.float32) * np.float32(steps[name])
        else:
            whole[name] = (tensor.astype(np.float32) * np.float32(steps[name])).astype(np.float16)
    return whole, metadata


def save(path, data):
    with open(path + ".part", "wb") as out:
        out.write(data)
    os.replace(path + ".part", path)


def squeeze_one(task):
    path, out, small = task
    with open(path, "rb") as file:
        tensors, metadata = load(file.read())
    data = lzma.compress(dump(*squeezed(tensors, metadata, small)), preset=6)
    save(os.path.join(out, os.path.basename(path) + ".xz"), data)
    return len(data)


def restore_one(task):
    path, out = task
    with open(path, "rb") as file:
        tensors, metadata = load(lzma.decompress(file.read()))
    save(os.path.join(out, os.path.basename(path)[:-len(".xz")]), dump(*restored(tensors, metadata)))
    return 1


def latents_one(task):
    path, out = task
    with open(path, "rb") as file:
        pairs, metadata = load(file.read())
    views = pairs["small.truth"].shape[0]
    order = [i % views for i in range(16)]
    twice = lambda tensor: np.stack([tensor, tensor])
    save(out, dump({
        "small": twice(pairs["small.truth"][order]),
        "cameras": twice(pairs["cameras"][order]),
        "identity_small": twice(twice(pairs["small.photo"])),
        "identity_cameras": twice(twice(pairs["photo_camera"][0])),
    }, {"latent_space": metadata["latent_space"]}))
    return 1


def listed(folder, ending):
    return sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(ending))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    squeeze = commands.add_parser("squeeze")
    squeeze.add_argument("out")
    squeeze.add_argument("files", nargs="+")
    squeeze.add_argument("--small", action="store_true")
    restore = commands.add_parser("restore")
    restore.add_argument("source")
    restore.add_argument("out")
    latents = commands.add_parser("latents")
    latents.add_argument("pairs")
    latents.add_argument("out")
    told = parser.parse_args()
    os.makedirs(told.out, exist_ok=True)
    with multiprocessing.Pool() as pool:
        if told.command == "squeeze":
            sizes = pool.map(squeeze_one, [(f, told.out, told.small) for f in told.files], 1)
            print(f"{len(sizes)} files, {sum(sizes) / 1e6:.1f} MB")
        elif told.command == "restore":
            done = pool.map(restore_one, [(f, told.out) for f in listed(told.source, ".xz")], 1)
            print(f"{len(done)} files restored")
        else:
            tasks = []
            for path in listed(told.pairs, ".safetensors"):
                name = os.path.basename(path).replace("pairs_", "latents_")
                target = os.path.join(told.out, name)
                if name.startswith("latents_") and not os.path.exists(target):
                    tasks.append((path, target))
            print(f"{sum(pool.map(latents_one, tasks, 1))} people added")


if __name__ == "__main__":
    sys.exit(main())
