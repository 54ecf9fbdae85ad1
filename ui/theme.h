// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QColor>
#include <QFont>
#include <QIcon>
#include <QString>

class QApplication;

namespace portrait {

// The colours of the window, each with one meaning. Text on any of the surfaces has a contrast
// of at least 4.5:1; `faint` is for what cannot be used now and is exempt. The defaults are the
// dark theme.
struct Theme {
  bool light = false;
  QColor background{"#16181c"};
  QColor panel{"#1d2026"};
  QColor raised{"#262a32"};
  QColor line{"#30353f"};
  QColor outline{"#4a515e"};
  QColor text{"#e8eaee"};
  QColor dim{"#9aa3b2"};
  QColor faint{"#626b79"};
  QColor accent{"#e8a15c"};       // this is happening now, or press me
  QColor fill{"#e8a15c"};         // the accent of whole buttons
  QColor on_fill{"#16181c"};      // and what is written on them
  QColor information{"#6aa9ff"};
  QColor success{"#7bc99b"};
  QColor failure{"#f0837d"};
  QColor statusbar{"#131519"};
  QColor backdrop_centre{"#3a414e"};  // the studio backdrop of the viewport
  QColor backdrop_edge{"#14161a"};
  QColor chip{19, 21, 25, 210};  // under controls that lie on the picture
};

const Theme& dark_theme();
const Theme& light_theme();
// The one in force. From any thread: a theme itself never changes.
const Theme& theme();

inline constexpr int kGrid = 4;       // every distance is a multiple of it
inline constexpr int kCorner = 6;
inline constexpr int kFadeMs = 120;

// Fonts, palette and style sheet of the whole program. Call once, before the first widget.
void apply_theme(QApplication& application);
// Changes the colours of all that is on screen, now. What draws for itself gets a PaletteChange.
void switch_theme(QApplication& application, const Theme& to);

// The program's font in a size, with tabular figures when the family has them.
QFont ui_font(int pixel_size, int weight = QFont::Normal);

// An icon of resources/icons in one of the theme's colours (&Theme::text), whichever theme is in
// force when it is drawn; sharp at any device pixel ratio.
QIcon themed_icon(const QString& name, QColor Theme::*colour);
QPixmap themed_pixmap(const QString& name, const QColor& colour, int size, qreal pixel_ratio);

// True when the desktop (or PORTRAIT_REDUCED_MOTION=1) asks for no animation.
bool reduced_motion();

}  // namespace portrait
