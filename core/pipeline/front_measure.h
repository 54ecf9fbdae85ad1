// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace portrait {

// How well the front render shows the photo, at the photo's camera, at full size; all 0: unknown.
struct FrontMeasure {
  double psnr_db = 0;          // inside the matte (matte > 0.5), against the canonical crop
  double blurred_psnr_db = 0;  // the same for the crop blurred by sigma = 2 px
  double mask_iou = 0;         // opacity against matte, both at 0.5
  double sharpness = 0;        // DetailMetrics', inside both; 0 where nothing is inside both
};

}  // namespace portrait
