// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/diffusion/noise_schedule.h"
#include "core/nn/torch.h"

#include <functional>
#include <vector>

namespace portrait {

// A network's answer to noisy samples at timestep t: of their shape.
using NoisePredictor = std::function<Tensor(const Tensor& noisy, int t)>;

// Where `steps` even steps from t down stand: t first, all above 0, descending; fewer when t has
// not that many. Throws kInternal when t or steps is below 1.
std::vector<int> steps_down_from(int t, int steps);

// What noisy samples at timestep t were without noise, in `steps` DDIM steps without fresh noise;
// the last gives its estimate itself, so that one step is the plain estimate. Differentiable.
Tensor denoise_from(const NoiseSchedule& schedule, Tensor noisy, int t, int steps,
                    const NoisePredictor& predict);

}  // namespace portrait
