// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/exporting/video_writer.h"

#include <filesystem>
#include <functional>
#include <stop_token>

namespace portrait {

struct TurntableOptions {
  int frames = 90;
  double start_azimuth_deg = 0;
  double sweep_deg = 360;  // a full turn ends one frame before its start, so that it loops
  double elevation_deg = 0;
  bool ease = false;  // slow at both ends instead of a steady turn
  VideoOptions video{};
  std::filesystem::path mp4{};         // .mp4, .webm or .gif; empty: no video
  std::filesystem::path png_folder{};  // empty: no PNG sequence; alpha is kept in it
};

struct TurntableResult {
  int frames = 0;
  bool completed = false;  // false: stopped, and nothing was written
};

// Azimuth of frame i; used by turntable and by whoever labels its frames.
double turntable_azimuth(const TurntableOptions& options, int frame);

// Renders the frames through `render(azimuth_deg, elevation_deg)` (RGB or RGBA, all of one size)
// and writes a video, a PNG sequence frame_0000.png ..., or both. PNGs are collected in a hidden
// folder and moved at the end, so that a stopped or failed turntable leaves what existed.
// progress(done, total) is called after every frame, on the calling thread.
// Throws kBadUsage (no output asked for, no frames), and what VideoWriter and write_image throw.
TurntableResult turntable(
    const TurntableOptions& options,
    const std::function<Image(double azimuth_deg, double elevation_deg)>& render,
    const std::function<void(int done, int total)>& progress = {}, std::stop_token stop = {});

}  // namespace portrait
