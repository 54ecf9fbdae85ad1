// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"
#include "core/training/identity_cache.h"

#include <filesystem>

namespace portrait {

// Everybody of an identity cache, those who are trained on and those who are held out. Throws
// kNotFound when nobody is there to be trained on.
class IdentityPeople {
 public:
  explicit IdentityPeople(const std::filesystem::path& cache) {
    for (const auto& file : list_identity_cache(cache, false))
      append_identity_faces(file, trained_);
    for (const auto& file : list_identity_cache(cache, true))
      append_identity_faces(file, held_out_);
    check(trained_.people() > 0, ErrorCode::kNotFound,
          "There are no people in \"{}\"; fill it with `portrait synth --identities` first",
          cache.string());
  }

  const IdentityFaces& trained_on() const { return trained_; }
  const IdentityFaces& held_out() const { return held_out_; }

 private:
  IdentityFaces trained_;
  IdentityFaces held_out_;
};

}  // namespace portrait
