"""What one file may ask for. Exports of real estates stay far below; damaged and hostile files do not.

Origin of the numbers: native readers abort on sparse sheets and unpack 1 GB from 1 MB, so a parse is bounded in memory
and time; row, column and cell limits stand where a spreadsheet program's own limits or the trade's exports end.
"""

KIB = 1024
MIB = 1024 * KIB

FILE_BYTES = 256 * MIB  # a text file is held twice while it is decoded, which must fit MEMORY_BYTES
MEMORY_BYTES = 2048 * MIB
CPU_SECONDS = 60
WALL_SECONDS = 120  # twice the CPU limit: a busy machine is no reason to refuse a file
RESULT_BYTES = 2048 * MIB

UNPACKED_BYTES = 512 * MIB
UNPACKED_RATIO = 200  # spreadsheets of repetitive rows reach about 30
RATIO_FROM_BYTES = 16 * MIB  # below this a high ratio costs nothing

SHEETS = 100  # RVTools writes 27
COLUMNS = 1000  # vInfo of RVTools has 107
ROWS = 2 * KIB * KIB  # two full worksheets
CELL_CHARS = 128 * KIB  # four times what a spreadsheet cell can hold
LINE_CHARS = 4 * MIB
