list-taken = This exists already. Choose another, or edit the existing entry.
list-cut = There are more entries that are not shown here.
list-next = More entries
list-shown-once = This is shown now and never again. Copy it before you leave the page.
list-sure = This cannot be undone.
