chart-delivered = Delivered
chart-failed = Failed
chart-p50 = Median (p50)
chart-p99 = 99 of 100 faster (p99)
chart-largest = { $name }, highest: { $figure }
chart-sparkline = { $delivered } delivered, { $failed } failed
chart-table = Figures as a table
chart-from = From
