// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/diffusion/denoise.h"

#include "core/base/error.h"

#include <cmath>

namespace portrait {

std::vector<int> steps_down_from(int t, int steps) {
  check(t >= 1 && steps >= 1, ErrorCode::kInternal, "{} steps down from timestep {}", steps, t);
  std::vector<int> stops;
  for (int i = 0; i < steps; ++i) {
    const int stop = static_cast<int>(std::lround(double(t) * (steps - i) / steps));
    if (stop >= 1 && (stops.empty() || stop < stops.back())) stops.push_back(stop);
  }
  return stops;
}

Tensor denoise_from(const NoiseSchedule& schedule, Tensor noisy, int t, int steps,
                    const NoisePredictor& predict) {
  const std::vector<int> stops = steps_down_from(t, steps);
  for (std::size_t i = 0; i + 1 < stops.size(); ++i) {
    noisy = schedule.step(noisy, predict(noisy, stops[i]), stops[i], stops[i + 1]);
  }
  const int last = stops.back();
  return schedule.denoise(noisy, predict(noisy, last), at::full({1}, last, at::kLong)).clean;
}

}  // namespace portrait
