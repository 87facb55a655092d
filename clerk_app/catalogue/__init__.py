"""What the law says, when: signed, dated rule packs, loaded whole or refused whole, answering "as of this day".

Here: reading and verifying a pack, FACTS.json and the decision as JSON, the linter. Not here: what a decision is
(`domain.procedure`), who hands packs out (`central`), where a station keeps them (`store`).
"""
