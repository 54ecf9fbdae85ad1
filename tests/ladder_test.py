#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds every source against the include ladder of core/CMakeLists.txt.

usage: ladder_test.py ROOT      check the tree, then prove on made-up trees that breaches are seen
"""
import pathlib
import re
import sys
import tempfile

LADDER = """base camera image metrics nn perception photo field reprojection prior diffusion guidance
pipeline mesh texture exporting synth training project session""".split()
# What ui/ may include of core/: the four folders, and plain data that session hands over.
UI_FOLDERS = {"session", "project", "base", "camera"}
UI_PLAIN_DATA = {"core/field/baked_volume.h", "core/pipeline/stage_info.h"}
HEADERS_WITHOUT_TORCH = {"session", "project", "mesh", "texture", "exporting"}
SOURCES = {".h", ".cpp", ".cu", ".cuh", ".inl"}
SCRIPTS = {".py", ".sh", ".cmake", ".frag", ".vert", ".glsl"}
SPDX = "SPDX-License-Identifier: Apache-2.0"
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
TORCH = re.compile(r"^(torch|ATen|c10)/|^core/nn/torch")
QT = re.compile(r"^(Q[A-Z]\w*|Qt\w*/.*|q[a-z]+\.h)$")


def includes(path):
    return [target for _, target in INCLUDE.findall(path.read_text(errors="replace"))]


def reaches_torch(root, header, seen):
    """Whether a header of ours includes LibTorch, itself or through others of ours."""
    if header in seen:
        return False
    seen.add(header)
    if TORCH.match(header):
        return True
    path = root / header
    return path.is_file() and any(reaches_torch(root, i, seen) for i in includes(path))


def check_source(root, path):
    where = path.relative_to(root)
    top, folder = where.parts[0], where.parts[1] if len(where.parts) > 2 else ""
    header = path.suffix in {".h", ".cuh", ".inl"}
    for target in includes(path):
        parts = target.split("/")
        inside = parts[0] in {"core", "ui", "app", "tests"}
        if target.startswith(".") or (root / path.parent / target).is_file() and not inside:
            yield f'{where}: write "{target}" from the root of the project'
        if inside and not (root / target).is_file():
            generated = "/generated/" in target
            if not generated:
                yield f'{where}: includes "{target}", which is not there'
        if top == "core":
            if parts[0] in {"ui", "app", "tests"}:
                yield f"{where}: the engine includes {target}"
            elif parts[0] == "core" and folder in LADDER:
                if parts[1] not in LADDER or LADDER.index(parts[1]) > LADDER.index(folder):
                    yield f"{where}: {folder} may not include {target} (ladder)"
            if QT.match(target):
                yield f"{where}: the engine includes Qt ({target})"
            if header and folder in HEADERS_WITHOUT_TORCH and reaches_torch(root, target, set()):
                yield f"{where}: this header reaches LibTorch through {target}"
        if top == "ui":
            if parts[0] in {"app", "tests"}:
                yield f"{where}: the window includes {target}"
            if parts[0] == "core" and parts[1] not in UI_FOLDERS and target not in UI_PLAIN_DATA:
                yield f"{where}: ui may not include {target} (ladder)"
            if reaches_torch(root, target, set()):
                yield f"{where}: the window reaches LibTorch through {target}"


def check_spdx(root, path):
    lines = path.read_text(errors="replace").splitlines()[:2]
    if lines and lines[0].startswith("#!"):
        lines = lines[1:]
    if path.suffix in {".frag", ".vert", ".glsl"} and lines and lines[0].startswith("#version"):
        lines = lines[1:]  # GLSL wants its version first
    if not lines or SPDX not in lines[0]:
        yield f'{path.relative_to(root)}: its first line must say "{SPDX}"'


def check_list(root):
    text = (root / "core/CMakeLists.txt").read_text()
    found = re.search(r"set\(PORTRAIT_LADDER\s+([^)]*)\)", text)
    if not found or found.group(1).split() != LADDER:
        yield "core/CMakeLists.txt: PORTRAIT_LADDER is not the ladder of tests/ladder_test.py"
    for folder in sorted(p.name for p in (root / "core").iterdir() if p.is_dir()):
        if folder not in LADDER:
            yield f"core/{folder}: not on the ladder"


def check_tree(root):
    breaches = list(check_list(root))
    files = 0
    for top in ("core", "ui", "app", "tests", "cmake", "packaging", "shaders"):
        for path in sorted((root / top).rglob("*")):
            if not path.is_file() or "carry" in path.relative_to(root).parts:
                continue
            if path.suffix in SOURCES | SCRIPTS or path.name == "CMakeLists.txt":
                files += 1
                breaches += check_spdx(root, path)
            if path.suffix in SOURCES and top in {"core", "ui", "app"}:
                breaches += check_source(root, path)
    return files, breaches


# One breach each: (file, its text, words that the complaint must have).
MADE_BREACHES = [
    ("core/base/a.h", '#include "core/nn/torch.h"\n', "ladder"),
    ("core/field/a.cpp", '#  include "core/session/s.h"\n', "ladder"),
    ("core/photo/a.h", "#include <QString>\n", "Qt"),
    ("core/photo/a.cpp", "#include <QtCore/qstring.h>\n", "Qt"),
    ("core/nn/a.cpp", '#include "ui/window.h"\n', "engine includes ui"),
    ("core/session/a.h", "#include <ATen/ATen.h>\n", "LibTorch"),
    ("core/mesh/a.h", '#include "core/field/tensors.h"\n', "LibTorch"),
    ("ui/a.cpp", "#include <torch/types.h>\n", "LibTorch"),
    ("ui/a.cpp", '#include "core/field/tensors.h"\n', "ladder"),
    ("ui/a.cpp", '#include "app/cli/main.h"\n', "window includes app"),
    ("core/base/a.h", '#include "core/base/missing.h"\n', "not there"),
    ("core/extra/a.h", "\n", "not on the ladder"),
]
SOUND = {
    "core/nn/torch.h": "#include <ATen/ATen.h>\n",
    "core/field/tensors.h": '#include "core/nn/torch.h"\n',
    "core/session/s.h": '#include "core/base/b.h"\n#include <vector>\n',
    "core/session/s.cpp": '#include "core/field/tensors.h"\n',
    "core/base/b.h": "#include <string>\n",
    "ui/window.h": '#include "core/session/s.h"\n#include <QWidget>\n',
    "app/cli/main.h": "#include <CLI/CLI.hpp>\n",
}


def make_tree(root, extra):
    for name, text in (SOUND | extra).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"// {SPDX}\n{text}")
    (root / "core/CMakeLists.txt").write_text(
        f"# {SPDX}\nset(PORTRAIT_LADDER {' '.join(LADDER)})\n")


def prove_that_it_can_fail():
    with tempfile.TemporaryDirectory() as folder:
        make_tree(pathlib.Path(folder), {})
        breaches = check_tree(pathlib.Path(folder))[1]
        assert not breaches, f"a sound tree was refused: {breaches}"
    for name, text, words in MADE_BREACHES:
        with tempfile.TemporaryDirectory() as folder:
            make_tree(pathlib.Path(folder), {name: text})
            breaches = check_tree(pathlib.Path(folder))[1]
            assert any(words in b for b in breaches), f"{name}: {text!r} was not seen: {breaches}"
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        make_tree(root, {})
        (root / "core/base/b.h").write_text("#include <string>\n")
        assert any("first line" in b for b in check_tree(root)[1]), "a missing licence was not seen"
        make_tree(root, {})
        (root / "core/CMakeLists.txt").write_text(f"# {SPDX}\nset(PORTRAIT_LADDER nn base)\n")
        assert any("PORTRAIT_LADDER" in b for b in check_tree(root)[1]), "order was not compared"


def main():
    prove_that_it_can_fail()
    files, breaches = check_tree(pathlib.Path(sys.argv[1]).resolve())
    for breach in breaches:
        print(breach)
    print(f"{files} files, {len(breaches)} breaches of the ladder")
    sys.exit(1 if breaches or files < 50 else 0)


main()
