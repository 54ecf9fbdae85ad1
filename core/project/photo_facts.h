// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace portrait {

// Where a photo's field of view comes from.
enum class FieldOfViewSource {
  kUnknown,  // of a project that does not say it
  kExif,     // the file's metadata
  kSolved,   // together with the pose, from the landmarks
  kAssumed,  // a usual lens: only the eyes were found
  kTold,     // the artist's word
};

const char* field_of_view_source_name(FieldOfViewSource source);  // "exif"; fixed, for JSON
FieldOfViewSource field_of_view_source_of(const char* name);      // kUnknown: no such name

// What an artist may be told of, and tell, in degrees; horizontal, of the whole photo.
inline constexpr double kLeastFieldOfView = 5;
inline constexpr double kMostFieldOfView = 120;

// The box round a face, in shares of the photo's width and height.
struct FaceFrame {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

}  // namespace portrait
