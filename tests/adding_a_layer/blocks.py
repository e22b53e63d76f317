#!/usr/bin/env python3
"""blocks.py PAGE TREE: does in TREE what PAGE says, a page like docs/adding-a-layer.md, and lists the files.

A code block counts where it stands under a line of one of these forms:
  **FILE**, a new file:
  **FILE**, before `TEXT`:           above the one line of FILE that begins with TEXT, or else the one that has it
  **FILE**, after `TEXT`:            below that line
  **FILE**, in place of `TEXT`:      instead of TEXT itself
"""
import pathlib
import re
import sys

PLACE = re.compile(r'\*\*(?P<file>[^*]+)\*\*, (?:a new file|(?P<how>before|after|in place of) `(?P<text>.+)`):$')


def blocks_of(page):
    """Yields (file, how, text, code); how is None for a new file."""
    place, code = None, None
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if code is not None:
            if line == '```':
                yield place['file'], place['how'], place['text'], ''.join(code)
                place, code = None, None
            else:
                code.append(line + '\n')
        elif line.startswith('```'):
            if place is None:
                sys.exit(f'{page}:{number}: expected a line "**FILE**, ...:" above the block, found none')
            code = []
        elif line.startswith('**'):
            place = PLACE.match(line)
            if place is None:
                sys.exit(f'{page}:{number}: expected "**FILE**, before|after|in place of `TEXT`:" or ", a new file:"')


def changed(name, content, how, text, code):
    if how == 'in place of':
        if content.count(text) != 1:
            sys.exit(f'{name}: expected `{text}` once, found it {content.count(text)} times')
        return content.replace(text, code.rstrip('\n'))
    lines = content.splitlines(keepends=True)
    found = [i for i, line in enumerate(lines) if line.startswith(text)] or [i for i, line in enumerate(lines) if text in line]
    if len(found) != 1:
        sys.exit(f'{name}: expected one line with `{text}`, found {len(found)}')
    lines.insert(found[0] + (how == 'after'), code)
    return ''.join(lines)


def main():
    page, tree = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    files = {}
    for name, how, text, code in blocks_of(page):
        path = tree / name
        if how is None:
            if path.exists():
                sys.exit(f'{name}: expected a new file, found one that is there')
            files[name] = code
        else:
            files[name] = changed(name, files.get(name) or path.read_text(), how, text, code)
    for name, content in files.items():
        (tree / name).write_text(content)
        print(name)


main()
