// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ui/viewport/scene.h"

#include <QString>

namespace portrait {

// What has to be said of a display mode beside its picture, as rich text: what its colours mean,
// or what it waits for. Empty: nothing.
QString mode_note(const ViewportScene& scene);

}  // namespace portrait
