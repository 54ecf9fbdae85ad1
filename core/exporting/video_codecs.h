// SPDX-License-Identifier: Apache-2.0
// For sources only: never included from a public header.
#pragma once

#include "core/exporting/ffmpeg_handles.h"
#include "core/exporting/video_writer.h"

namespace portrait {

// Opened encoders. Sizes in pixels, even for H.264. Time bases: one frame, or for GIF 1/100 s.
// Throw kUnsupported: this FFmpeg has no such encoder; the message says which package has one.
CodecHandle open_h264(const VideoOptions& options, int width, int height, bool global_header);
CodecHandle open_vp9(const VideoOptions& options, int width, int height, bool alpha);
CodecHandle open_gif(int width, int height, bool alpha);

// The decoder that keeps the alpha of VP9, which FFmpeg's own one drops; null: there is none.
const AVCodec* vp9_alpha_decoder();

}  // namespace portrait
