"""What a folder of agents' tasks is made of: the tasks, the pages they are done on, the checks."""
