// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

namespace portrait {

enum class FindingSeverity { kNote, kWarning };

// One thing that the artist should know about the photo, with its consequence and what to do.
struct Finding {
  std::string code;  // "small_head", "blurred", "turned", "cut_off", "several_faces", ...
  FindingSeverity severity = FindingSeverity::kWarning;
  std::string message;
  // What the message was made of, so that it can be said in another language: the text with its
  // places %1, %2, and what stands there. Empty: the message is all there is.
  std::string pattern = {};
  std::vector<std::string> arguments = {};
};

// A text of finding_texts() with its places filled.
Finding make_finding(const char* code, FindingSeverity severity, const char* pattern,
                     std::vector<std::string> arguments = {});

namespace finding_text {
extern const char* const kSmallHead;
extern const char* const kBlurred;
extern const char* const kTurned;
extern const char* const kFromAbove;
extern const char* const kFromBelow;
extern const char* const kCutTop;
extern const char* const kCutLeft;
extern const char* const kCutRight;
extern const char* const kCutBottom;
extern const char* const kSeveralFaces;
extern const char* const kUncertain;
extern const char* const kEyesUntrusted;
extern const char* const kEyesNoNetwork;
}  // namespace finding_text

// All of them, for whoever translates.
std::span<const char* const> finding_texts();

}  // namespace portrait
