// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/image.h"

namespace portrait {

// Metrics of one picture against another (METHOD, Metrics). Colours are sRGB-encoded [0, 1];
// masks have one channel in [0, 1], inside = 0.5 and more. All sums run in double, in a fixed
// order. Everything here throws kBadUsage when sizes or channels disagree, and kBadInput when a
// mask has no pixel inside.

// PSNR returned for identical pictures, so that means over subjects stay finite.
inline constexpr double kPsnrCeiling = 100.0;

// 10 log10(1 / MSE) over all pixels and channels.
double psnr_db(const Image& image, const Image& truth);
// The same over the pixels inside the mask.
double psnr_db(const Image& image, const Image& truth, const Image& mask);

// Structural similarity (Wang et al., 2004): 11 x 11 Gaussian window of sigma 1.5, K = 0.01 and
// 0.03, mean over channels, and over the pixels whose window lies in the image (no mask) or the
// pixels inside the mask (windows renormalised at the border).
double ssim(const Image& image, const Image& truth);
double ssim(const Image& image, const Image& truth, const Image& mask);

// Intersection over union of both masks at 0.5; 1 when both are empty.
double mask_iou(const Image& mask, const Image& truth_mask);

// Union of two masks at 0.5, one channel of zeros and ones.
Image mask_union(const Image& a, const Image& b);

// Alpha channel of an RGBA picture, and the picture over a constant grey (RGB).
Image alpha_of(const Image& rgba);
Image composite_on_grey(const Image& rgba, float grey = 0.5F);

// Undoes a renderer's constant background: colour = (rgb - (1 - opacity) background) / opacity,
// alpha = opacity. rgb: 3 channels, opacity: 1 channel.
Image rgba_of_render(const Image& rgb, const Image& opacity, float background);

// A view against its truth, both RGBA: PSNR and SSIM over the union of both masks with both
// composited on mid-grey, and the IoU of the alphas.
struct ViewMetrics {
  double psnr_db = 0;
  double ssim = 0;
  double mask_iou = 0;
};
ViewMetrics view_metrics(const Image& rgba, const Image& truth_rgba);

// The metric's denominator: the height of a face, in world units of 40 cm.
inline constexpr double kFaceHeightUnits = 24.0 / 40.0;

// Median over the mask of |depth - truth| / unit. Depths have one channel, in world units along
// the ray; pixels where either is not finite or not positive are left out.
double depth_error(const Image& depth, const Image& truth, const Image& face_mask,
                   double unit = kFaceHeightUnits);

// PSNR of a picture against itself blurred by a Gaussian of sigma pixels, inside the matte: the
// figure that a mere blur of the photo reaches. The blur is normalised by the matte, so that
// nothing outside bleeds in.
double crop_blur_psnr(const Image& image, const Image& mask, double sigma_px = 2.0);

// Width of the silhouette: from the leftmost to the rightmost pixel inside the mask, as a
// fraction of the image's width, over the rows [top, bottom) given as fractions of the height.
double silhouette_width(const Image& mask, double top = 0.0, double bottom = 1.0);

}  // namespace portrait
