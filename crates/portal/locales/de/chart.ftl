chart-delivered = Zugestellt
chart-failed = Fehlgeschlagen
chart-p50 = Median (p50)
chart-p99 = 99 von 100 schneller (p99)
chart-largest = { $name }, höchster Wert: { $figure }
chart-sparkline = { $delivered } zugestellt, { $failed } fehlgeschlagen
chart-table = Zahlen als Tabelle
chart-from = Ab
