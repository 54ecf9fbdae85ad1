// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

#include <QImage>

namespace portrait {

// 1, 3 or 4 channels in [0, 1] to eight bits; one channel becomes grey.
QImage to_qimage(const Image& image);

// The crop with what the matte leaves out dimmed: what the head is made from.
QImage with_matte(const Image& crop, const Image& matte);

}  // namespace portrait
