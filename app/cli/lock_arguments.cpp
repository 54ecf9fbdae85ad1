// SPDX-License-Identifier: Apache-2.0
#include "app/cli/lock_arguments.h"

#include "core/base/error.h"
#include "core/camera/viewpoint_rig.h"
#include "core/session/picture_viewpoint.h"
#include "core/session/view_picture_file.h"

#include <algorithm>

namespace portrait::cli {

std::vector<LockArgument> lock_arguments(const std::vector<std::string>& texts,
                                         const Settings& settings) {
  const std::vector<RigView> ring = viewpoint_rig(settings);
  std::vector<LockArgument> locks;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    const auto viewpoint = viewpoint_of_text(std::string_view(text).substr(0, equals));
    check(equals != std::string::npos && viewpoint && equals + 1 < text.size(),
          ErrorCode::kBadUsage,
          "\"{}\" locks no view; write AZIMUTH,ELEVATION=FILE, as in \"30,0=beret.png\"", text);
    const bool there = std::any_of(ring.begin(), ring.end(), [&](const RigView& view) {
      return view.viewpoint == *viewpoint;
    });
    check(there, ErrorCode::kBadUsage,
          "--lock names the viewpoint {}, and the ring has none there: it is \"{}\" (setting "
          "detail.viewpoints)",
          viewpoint_text(*viewpoint), viewpoints_text(ring));
    const bool twice = std::any_of(locks.begin(), locks.end(), [&](const LockArgument& other) {
      return other.viewpoint == *viewpoint;
    });
    check(!twice, ErrorCode::kBadUsage, "--lock names the viewpoint {} twice",
          viewpoint_text(*viewpoint));
    locks.push_back({*viewpoint, text.substr(equals + 1)});
    read_view_picture(locks.back().picture);
  }
  return locks;
}

}  // namespace portrait::cli
