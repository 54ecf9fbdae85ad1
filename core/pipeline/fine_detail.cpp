// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/pipeline/fine_detail.h"

#include <algorithm>

namespace portrait {
namespace {

constexpr double kCoarse = 0.75;  // of the distance of two rays: what planes and networks hold
// More of a difference is an outline that lies elsewhere; of what is painted, a stray speck, which
// the next painting has elsewhere: so bounded, texels go to the median of paintings, not the mean.
constexpr double kMost = 0.25, kMostPainted = 0.06;
constexpr double kFacingPower = 3;
// Cosines from which on a picture that has the say is believed, and all of it.
constexpr double kFirstSeen = 0.3, kWellSeen = 0.6;
// A texel's mean over its pixels is softer than they are: what has the say is asked again for what
// is still missing.
constexpr int kTimesAsked = 6;

}  // namespace

void FineDetail::add(Source source, const Shown& shown, const Tensor& target, const Tensor& mask,
                     double rate) {
  if (!shown.texels || rate <= 0) return;
  const auto size = static_cast<int>(shown.rgb.size(2));
  const Tensor& opacity = shown.texels->opacity();
  const Tensor inside = mask.defined() ? mask.reshape({size, size}) * opacity : opacity;
  const Tensor cosine = facing(shown.surface, size);
  const Tensor weight = source == Source::kPainted
                            ? cosine.pow(kFacingPower) * std::min(rate, 1.0)
                            : ((cosine - kFirstSeen) / (kWellSeen - kFirstSeen)).clamp(0, 1);
  const double most = source == Source::kPainted ? kMostPainted : kMost;
  const double sigma = kCoarse * size / shown.surface.width();
  said_.push_back({source, shown.texels,
                   fine_part(target - shown.rgb, inside, sigma).clamp(-most, most),
                   weight * inside});
}

void FineDetail::settle(const Said& said, Tensor& texels, Tensor& held) {
  Tensor missing = said.more;
  Tensor shown = said.where->picture(texels);
  for (int time = 1; time < kTimesAsked; ++time) {
    said.where->pull(texels, held, missing, said.weight, false);
    const Tensor now = said.where->picture(texels);
    missing = missing - (now - shown);
    shown = now;
  }
  said.where->pull(texels, held, missing, said.weight, true);
}

void FineDetail::apply(Tensor& texels) {
  if (said_.empty()) return;
  Tensor held = at::zeros({texels.size(0)});
  for (const Source source : {Source::kArtist, Source::kPhoto, Source::kPainted}) {
    for (const Said& said : said_) {
      if (said.source != source) continue;
      if (source == Source::kPainted) {
        said.where->pull(texels, held, said.more, said.weight, false);
      } else {
        settle(said, texels, held);
      }
    }
  }
  said_.clear();
}

}  // namespace portrait
