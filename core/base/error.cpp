// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.h"

namespace portrait {

int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::kBadUsage:
      return 2;
    case ErrorCode::kBadInput:
    case ErrorCode::kNotFound:
    case ErrorCode::kCorrupt:
    case ErrorCode::kNoFace:
    case ErrorCode::kIo:
      return 3;
    case ErrorCode::kOutOfMemory:
    case ErrorCode::kNumerical:
    case ErrorCode::kUnsupported:
    case ErrorCode::kInternal:
      return 1;
  }
  return 1;
}

}  // namespace portrait
