// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/mesh_names.h"

#include "core/base/files.h"
#include "core/exporting/byte_string.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace portrait {
namespace {

// Of ASCII alone: std::isalnum would ask the locale.
bool letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string kept(std::string name, std::string_view others) {
  for (char& c : name) {
    if (!letter_or_digit(c) && others.find(c) == std::string_view::npos) c = '_';
  }
  return name;
}

}  // namespace

std::string companion_name(const std::filesystem::path& mesh_file, const std::string& ending) {
  const std::string stem = mesh_file.stem().string();
  std::string name = kept(stem, "._-");
  if (name != stem) name += '-' + sha256_hex(std::as_bytes(std::span(stem))).substr(0, 8);
  return name + ending;
}

std::string plain_name(const std::string& name) {
  return name.empty() ? "head" : kept(name, "._-");
}

std::string identifier(const std::string& name) {
  if (name.empty()) return "head";
  const std::string kept_name = kept(name, "_");
  return kept_name[0] >= '0' && kept_name[0] <= '9' ? '_' + kept_name : kept_name;
}

void require_beside(const std::string& name, const char* file) {
  require_usable(!name.empty() && name != "." && name != ".." &&
                     name.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos,
                 file, "it names \"{}\", which is no file beside it", name);
}

}  // namespace portrait
