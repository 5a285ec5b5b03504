# What the proof over our own runtime takes for granted, and why. Every line here is a place that a reviewer has to look at.
cut Ncsan.Runtime.Collections.UnsafeCollections.OffsetOf*   # calls a delegate over IL that it emits on the spot: one ldfld, no call
