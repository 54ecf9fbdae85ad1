// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/sample_photo.h"

#include <QCoreApplication>

#include <filesystem>

namespace portrait {

// What a test of the real thing works on: the pack that ships and the sample photo.
struct Shipped {
  std::filesystem::path pack;
  std::filesystem::path photo;

  static Shipped find() {
    const std::filesystem::path program = QCoreApplication::applicationDirPath().toStdString();
    return {find_shipped_pack(program), find_sample_photo(program)};
  }
  // Why the test is to be skipped; null: both are there.
  const char* missing() const {
    if (pack.empty()) return "resources/packs/compact is not there";
    return photo.empty() ? "no sample photo on this machine" : nullptr;
  }
};

}  // namespace portrait
