// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

#include <string>
#include <vector>

namespace portrait {

struct LabelledImage {
  Image image;        // RGB or RGBA, sRGB-encoded
  std::string label;  // ASCII; shown under the image, shortened when too long
};

struct ContactSheetOptions {
  int columns = 5;
  int cell_size = 256;  // longer side of every picture, px
  int gap = 16;         // between pictures and round the sheet, px
  std::string title{};  // empty: no title line
};

// Pictures in rows on a dark sheet (#16181c, text #e8eaee), each scaled to fit its cell and
// centred, its label under it. Pictures with alpha are composited on a slightly lighter cell.
// Returns RGB. Throws kBadUsage when there are no pictures or one is empty.
Image contact_sheet(const std::vector<LabelledImage>& pictures,
                    const ContactSheetOptions& options = {});

}  // namespace portrait
