// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/memory_plan.h"

#include "core/base/error.h"
#include "core/diffusion/autoencoder_kl.h"
#include "core/diffusion/hpdm.h"
#include "core/diffusion/unet_2d_condition.h"
#include "core/nn/model_pack.h"

#include <algorithm>

namespace portrait {
namespace {

constexpr double kMb = 1024.0 * 1024.0;
// Measured, see the header: of weights that kernels lay out anew; of features beside those that are
// kept; of the autoencoder's widest maps at once; of a render with gradients, for each pixel of the
// picture. Peaks of the program less what it held before, about 500 MB, and what is reckoned, at
// the sizes of Stable Diffusion 1.5: with BrushNet at 256 pixels 4160 and 4180 MB, at 512 4950 and
// 4950, in single precision 8010 and 8470; with all of HPDM at 256 5600 and 5830, at 512 6370 and
// 6600.
constexpr double kHeld = 1.25;
constexpr double kWorkspace = 1.5;
constexpr double kAutoencoderMaps = 7;
constexpr double kHeadBytes = 4096;

double weights_of(const PackNetwork& network, Precision precision) {
  return kHeld * double(number_count(network)) * double(at::elementSize(precision.weights)) / kMb;
}

// Numbers in one feature at each site of a UNet.
double site_numbers(const UNetSizes& sizes, double side) {
  double numbers = 0;
  for (const FeatureSite& site : feature_sites(sizes)) {
    const double there = side / site.reduction;
    numbers += site.channels * there * there;
  }
  return numbers;
}

}  // namespace

double PaintingNeed::total() const {
  return weights + std::max({features, autoencoder, head});
}

PaintingNeed painting_need(const ModelPack& pack, PrecisionChoice choice, int size) {
  const PackNetwork& vae = pack.network("vae");
  const PackNetwork& unet = pack.network("unet");
  const PackNetwork& hpdm = hpdm_network(pack);
  const AutoencoderConfig autoencoder = autoencoder_config(vae.config);
  const UNetConfig sizes = unet_config(unet.config);
  const HpdmConfig parts = pack_hpdm(pack);
  const Precision of_unet = precision_of(unet, choice);
  const double side = double(size) / autoencoder.reduction();

  PaintingNeed need;
  need.weights = weights_of(vae, Precision{}) + weights_of(unet, of_unet) +
                 weights_of(hpdm, precision_of(hpdm, choice));
  // The UNet's own on its way down; what the Explicit-Branch and, of the driving view, the
  // Implicit-Branch saw, that carried over and merged; what is added.
  const double kept = 1 + 2 + (parts.implicit ? 3 : 0);
  const double number = double(at::elementSize(of_unet.arithmetic));
  need.features = kWorkspace * kept * site_numbers(sizes.sizes, side) * number / kMb;
  // Its widest maps stand at the picture's own size.
  const double wide = autoencoder.block_out_channels.front();
  need.autoencoder = kAutoencoderMaps * wide * double(size) * size * sizeof(float) / kMb;
  need.head = kHeadBytes * double(size) * size / kMb;
  return need;
}

PaintingPlan plan_painting(const std::function<PaintingNeed(int size)>& need, int wanted, int step,
                           double free_mb) {
  const auto fits = [&](double mb) { return free_mb <= 0 || mb <= free_mb; };
  const int least = std::min(wanted, std::max(step, kLeastPainting / step * step));
  double needed = 0;
  for (int size = wanted; size >= least; size -= step) {
    needed = need(size).total();
    if (fits(needed)) return {size, needed, free_mb};
  }
  fail(ErrorCode::kOutOfMemory,
       "Painting needs about {:.0f} MB even at {} pixels, and {:.0f} MB are free. Try: half "
       "precision (diffusion.precision); a smaller model pack; closing other programs, or a higher "
       "memory_limit where one is set",
       needed, least, free_mb);
}

PaintingPlan plan_painting(const ModelPack& pack, PrecisionChoice precision, int wanted,
                           double free_mb) {
  const int step = autoencoder_config(pack.network("vae").config).reduction() *
                   unet_config(pack.network("unet").config).sizes.reduction();
  return plan_painting([&](int size) { return painting_need(pack, precision, size); }, wanted, step,
                       free_mb);
}

}  // namespace portrait
