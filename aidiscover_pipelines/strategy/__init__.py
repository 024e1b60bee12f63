"""One of six Rs for each application: hard constraints, scored policy, risks, waves."""
