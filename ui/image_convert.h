// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

#include <QColor>
#include <QImage>

namespace portrait {

// 1, 3 or 4 channels in [0, 1] to eight bits; one channel becomes grey.
QImage to_qimage(const Image& image);

// RGB over a ground, as far as a mask of its size shows it; `least` of it shows everywhere. A mask
// of another size leaves it whole.
QImage over_ground(const Image& image, const Image& mask, const QColor& ground, float least = 0);

// The crop with what the matte leaves out dimmed: what the head is made from.
QImage with_matte(const Image& crop, const Image& matte);

}  // namespace portrait
