"""What one file may ask for. Exports of real estates stay far below; damaged and hostile files do not.

Origin of the numbers: native readers abort on sparse sheets and unpack 1 GB from 1 MB, so a parse is bounded in memory
and time; row, column and cell limits stand where a spreadsheet program's own limits or the trade's exports end.
"""

KIB = 1024
MIB = 1024 * KIB

FILE_BYTES = 256 * MIB  # of a format that is held whole while it is read
STREAMED_BYTES = 2048 * MIB  # of one that is read line by line: five million rows of 40 columns
MEMORY_BYTES = 2048 * MIB
CPU_SECONDS = 60
CPU_SECONDS_PER_MIB = 2  # short rows of text take 0.3 on a slow core, a workbook's zipped ones 1
WALL_SHARE = 2  # of the CPU limit: a busy machine is no reason to refuse a file
RESULT_BYTES = 6 * KIB * MIB  # cell texts quoted as JSON: at worst three times a streamed file

UNPACKED_BYTES = 512 * MIB
UNPACKED_RATIO = 200  # spreadsheets of repetitive rows reach about 30
RATIO_FROM_BYTES = 16 * MIB  # below this a high ratio costs nothing

SHEETS = 100  # RVTools writes 27
COLUMNS = 1000  # vInfo of RVTools has 107
ROWS = 5_000_000  # nearly five full worksheets
CELL_CHARS = 128 * KIB  # four times what a spreadsheet cell can hold
LINE_CHARS = 4 * MIB


def cpu_seconds(size: int) -> int:
    """What reading a file of `size` bytes may take of one core."""
    return CPU_SECONDS + CPU_SECONDS_PER_MIB * size // MIB
