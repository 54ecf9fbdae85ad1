// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace portrait {

// How the files of the identity cache begin.
inline const char* identity_stem(bool held_out) {
  return held_out ? "heldout" : "identity";
}

}  // namespace portrait
