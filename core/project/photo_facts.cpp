// SPDX-License-Identifier: Apache-2.0
#include "core/project/photo_facts.h"

#include <iterator>
#include <string_view>

namespace portrait {
namespace {

constexpr const char* kNames[] = {"unknown", "exif", "solved", "assumed", "told"};

}  // namespace

const char* field_of_view_source_name(FieldOfViewSource source) {
  return kNames[int(source)];
}

FieldOfViewSource field_of_view_source_of(const char* name) {
  for (int i = 0; i < int(std::size(kNames)); ++i) {
    if (std::string_view(kNames[i]) == name) return FieldOfViewSource(i);
  }
  return FieldOfViewSource::kUnknown;
}

}  // namespace portrait
