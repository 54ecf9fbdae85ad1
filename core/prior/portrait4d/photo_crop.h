// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/torch.h"
#include "core/prior/head_prior.h"

namespace portrait {

// A photo as Portrait4D takes it, before it is scaled to [-1,1]: [3,size,size] in [0,1], cut as
// face_crop.h says by the face's own points; of the photo at its own resolution where that is held,
// else of the crop. Photos rolled by more than those that the network was trained on (0.25 rad) are
// cut of the crop, which stands upright.
//
// The network was trained on photos as they are, and tells head and background apart itself, with a
// branch of its own for the latter. The head stands before grey all the same, as in the crop: a
// plain backdrop is among what it knows, nothing of the old background gets into the head's planes,
// and the artist's cut-out counts. The rim keeps the crop's colours, freed of the old background.
Tensor portrait4d_photo(const PriorInput& input, int size);

}  // namespace portrait
