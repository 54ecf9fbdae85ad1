// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace portrait {

// The text keys of a PNG, Latin-1: what a picture says of itself beside its pixels.
using PngText = std::map<std::string, std::string>;

// The same PNG with a tEXt chunk for each key, 1 to 79 characters. Throws kInternal when the bytes
// are no PNG or a key is too long.
std::string with_png_text(const std::string& png, const PngText& text);

// Of tEXt and uncompressed iTXt chunks; empty when the bytes are no PNG. Never throws.
PngText png_text(const std::string& bytes);

}  // namespace portrait
