// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <chrono>

namespace portrait {

// "just now", "12 s ago", "3 min ago", "2 h ago", "yesterday", "4 days ago".
QString ago_text(std::chrono::seconds age);

}  // namespace portrait
