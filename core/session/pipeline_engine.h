// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/head_engine.h"
#include "core/session/session.h"

#include <memory>

namespace portrait {

// The engine behind the window and `portrait generate`: photo intake, prior, pipeline, project
// file and exports over one model pack. Nothing is read before prepare() or the first open.
std::unique_ptr<HeadEngine> make_pipeline_engine(const SessionOptions& options);

}  // namespace portrait
